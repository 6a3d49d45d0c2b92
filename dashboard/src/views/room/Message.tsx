import { memo } from "react";
import { Link } from "wouter";
import type { SaidFragment } from "../../api/documents";
import { clockTime, fullTime, plural } from "../../components/format";
import { Said } from "../../components/Markdown";
import { useRoom } from "../../layout/room";
import { useSession } from "../../session/session";
import { address, placeOf } from "./conversation";

interface MessageProps {
  readonly message: SaidFragment;
  /** By the same as the one before, and shortly after it: no need to say again who. */
  readonly goesOn?: boolean;
  /** The thread that it is shown in, if it is in one. */
  readonly thread?: string;
  /** The item of the inbox that tells of it, while it waits there. */
  readonly item?: string | undefined;
  readonly onAcknowledge: (item: string) => void;
}

/** What somebody said. */
export const Message = memo(function Message({ message, goesOn, thread, item, onAcknowledge }: MessageProps) {
  const room = useRoom();
  const { me } = useSession();
  const { id, from, to, channel, replyTo, replies, supersededBy, createdAt } = message;
  const who = from?.name ?? "Goalroom";
  const place = address(placeOf(message, me.name));
  const open = room.to("room", `${place}/${id}`);
  const others = channel ? [] : to.filter(({ name }) => `@${name}` !== place && name !== me.name);

  return (
    <li
      className="message"
      id={thread ? undefined : id}
      data-goes-on={goesOn || undefined}
      data-waits={!!item || undefined}
    >
      {!goesOn && (
        <p className="message-head">
          {from ? (
            <Link className="message-who" href={room.to("agents", from.name)}>
              {who}
            </Link>
          ) : (
            <span className="message-who">{who}</span>
          )}
          {from?.kind === "HUMAN" && <span className="tag">person</span>}
          {others.length > 0 && <span className="soft">also to {others.map(({ name }) => name).join(", ")}</span>}
          <time className="soft" dateTime={createdAt} title={fullTime(createdAt)}>
            {clockTime(createdAt).slice(0, 5)}
          </time>
        </p>
      )}
      {replyTo && replyTo.id !== thread && (
        <Link className="message-answers" href={room.to("room", `${place}/${replyTo.id}`)}>
          answers {replyTo.from?.name ?? "Goalroom"}: {firstLine(replyTo.body)}
        </Link>
      )}
      {supersededBy ? (
        <details className="message-replaced">
          <summary>Replaced by a later message</summary>
          <Body message={message} me={me.name} />
        </details>
      ) : (
        <Body message={message} me={me.name} />
      )}
      {message.unknownMentions.length > 0 && from?.name === me.name && (
        <p className="hint">Nobody here is called {message.unknownMentions.map((name) => `@${name}`).join(", ")}.</p>
      )}
      {thread !== id && (
        <p className="message-acts">
          {replies.totalCount > 0 && (
            <Link className="message-replies" href={open}>
              {plural(replies.totalCount, "reply", "replies")}
            </Link>
          )}
          {item && (
            <button type="button" className="quiet" onClick={() => onAcknowledge(item)}>
              ✓ Acknowledge
            </button>
          )}
          {replies.totalCount === 0 && (
            <Link className="message-reply" href={open} aria-label={`Reply to ${who}`}>
              Reply
            </Link>
          )}
        </p>
      )}
    </li>
  );
});

function Body({ message, me }: { message: SaidFragment; me: string }) {
  return (
    <Said
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
