import { memo, useState } from "react";
import { Link } from "wouter";
import type { MessageFragment } from "../../api/documents";
import { formatCount, formatDateTime, formatTime } from "../../components/text/format";
import { Markdown } from "../../components/text/Markdown";
import { useRoom } from "../../layout/room";
import { useSession } from "../../session/session";
import { conversationOf, conversationSlug } from "./conversation";
import { EditMessage } from "./EditMessage";

interface MessageProps {
  readonly message: MessageFragment;
  /** From the same author as the message before, and shortly after it: the head is left out. */
  readonly continued?: boolean;
  /** The id of the thread that it is shown in, if it is in one. */
  readonly thread?: string;
  /** The id of its inbox item, until that is acknowledged. */
  readonly item?: string | undefined;
  readonly onAcknowledge: (item: string) => void;
}

/** A message of a conversation or a thread. */
export const Message = memo(function Message({ message, continued, thread, item, onAcknowledge }: MessageProps) {
  const room = useRoom();
  const { me, canWrite } = useSession();
  const { id, from, to, channel, replyTo, replies, supersededBy, createdAt } = message;
  const [editing, setEditing] = useState(false);
  const author = from?.name ?? "Goalroom";
  const mine = canWrite && from?.name === me.name && supersededBy === null;
  const slug = conversationSlug(conversationOf(message, me.name));
  const threadHref = room.to("room", `${slug}/${id}`);
  const others = channel ? [] : to.filter(({ name }) => `@${name}` !== slug && name !== me.name);

  return (
    <li
      className="message"
      id={thread ? undefined : id}
      data-continued={continued || undefined}
      data-in-inbox={!!item || undefined}
    >
      {!continued && (
        <p className="message-head">
          {from ? (
            <Link className="message-author" href={room.to("agents", from.name)}>
              {author}
            </Link>
          ) : (
            <span className="message-author">{author}</span>
          )}
          {from?.kind === "HUMAN" && <span className="tag">person</span>}
          {others.length > 0 && <span className="soft">also to {others.map(({ name }) => name).join(", ")}</span>}
          <time className="soft" dateTime={createdAt} title={formatDateTime(createdAt)}>
            {formatTime(createdAt).slice(0, 5)}
          </time>
        </p>
      )}
      {replyTo && replyTo.id !== thread && (
        <Link className="message-reply-to" href={room.to("room", `${slug}/${replyTo.id}`)}>
          in reply to {replyTo.from?.name ?? "Goalroom"}: {firstLine(replyTo.body)}
        </Link>
      )}
      {supersededBy ? (
        <details className="message-superseded">
          <summary>Replaced by a later message</summary>
          <Body message={message} me={me.name} />
        </details>
      ) : editing ? (
        <EditMessage message={message} onClose={() => setEditing(false)} />
      ) : (
        <Body message={message} me={me.name} />
      )}
      {message.unknownMentions.length > 0 && from?.name === me.name && (
        <p className="hint">Nobody here is called {message.unknownMentions.map((name) => `@${name}`).join(", ")}.</p>
      )}
      {mine && !editing && thread === id && (
        <p className="message-actions">
          <EditButton onEdit={() => setEditing(true)} />
        </p>
      )}
      {thread !== id && (
        <p className="message-actions">
          {replies.totalCount > 0 && (
            <Link className="message-replies" href={threadHref}>
              {formatCount(replies.totalCount, "reply", "replies")}
            </Link>
          )}
          {item && canWrite && (
            <button type="button" className="quiet" onClick={() => onAcknowledge(item)}>
              ✓ Acknowledge
            </button>
          )}
          {replies.totalCount === 0 && (
            <Link className="message-reply" href={threadHref} aria-label={`Reply to ${author}`}>
              Reply
            </Link>
          )}
          {mine && !editing && <EditButton onEdit={() => setEditing(true)} />}
        </p>
      )}
    </li>
  );
});

function EditButton({ onEdit }: { onEdit: () => void }) {
  return (
    <button type="button" className="quiet" title="A later message takes its place" onClick={onEdit}>
      Edit
    </button>
  );
}

function Body({ message, me }: { message: MessageFragment; me: string }) {
  return (
    <Markdown
      text={message.body}
      mentions={message.mentions.map(({ name }) => name)}
      refs={message.refs.map(({ id }) => id)}
      me={me}
    />
  );
}

function firstLine(text: string): string {
  const line = (text.split("\n", 1)[0] ?? "").replace(/[*`]/g, "");
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}
