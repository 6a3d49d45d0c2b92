import { useState } from "react";
import { Link } from "wouter";
import { AcknowledgeDocument, InboxDocument, type InboxKind, type InboxQuery } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatCount, formatNumber } from "../../components/format";
import { INBOX_KIND_LABELS } from "../../components/inbox";
import { Markdown } from "../../components/Markdown";
import { RelativeTime } from "../../components/RelativeTime";
import { SegmentedControl } from "../../components/SegmentedControl";
import { useMutation } from "../../layout/use-mutation";
import { inboxEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";
import { useSession } from "../../session/session";
import { conversationOf, conversationSlug } from "../room/conversation";
import "./inbox.css";

type Item = InboxQuery["inbox"]["nodes"][number];

const MAX = 100;
const WORK_KINDS = (Object.keys(INBOX_KIND_LABELS) as InboxKind[]).filter(
  (kind) => kind !== "DIRECT" && kind !== "MENTION",
);
const KINDS: Readonly<Record<string, readonly InboxKind[] | null>> = {
  All: null,
  Messages: ["DIRECT", "MENTION"],
  Tasks: WORK_KINDS,
};

/** The inbox of the person who is signed in, over all rooms, oldest first. */
export default function Inbox() {
  const [filter, setFilter] = useState("All");
  const kinds = KINDS[filter] ?? null;
  const { data, refusal, refetch } = useLiveQuery(
    InboxDocument,
    { first: MAX, kinds: kinds && [...kinds] },
    inboxEvents,
  );
  const [acknowledge, disabled] = useMutation(AcknowledgeDocument);
  const { canWrite } = useSession();
  const items = data?.inbox.nodes ?? [];
  const total = data?.inbox.totalCount ?? 0;

  const acknowledgeAll = async (ids: readonly string[]) => {
    const message = ids.length > 1 ? `${formatCount(ids.length, "item")} acknowledged.` : undefined;
    await acknowledge({ items: [...ids] }, message);
    refetch();
  };

  return (
    <section className="panel inbox" aria-labelledby="inbox-title">
      <header>
        <h1 id="inbox-title">Inbox</h1>
        {data && <span className="count">{formatNumber(total)}</span>}
        <div className="inbox-actions">
          <SegmentedControl label="What is shown" options={Object.keys(KINDS)} value={filter} onChange={setFilter} />
          {items.length > 1 && canWrite && (
            <button type="button" disabled={disabled} onClick={() => acknowledgeAll(items.map(({ id }) => id))}>
              Acknowledge {items.length < total ? `these ${items.length}` : `all ${total}`}
            </button>
          )}
        </div>
      </header>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!data && !refusal && <p className="placeholder">Loading…</p>}
      {data && items.length === 0 && <p className="empty">Nothing waits for you.</p>}
      <ol className="inbox-items">
        {items.map((item) => (
          <InboxLine key={item.id} item={item} disabled={disabled} onAcknowledge={() => acknowledgeAll([item.id])} />
        ))}
      </ol>
      {items.length < total && (
        <p className="empty inbox-more">The oldest {items.length} are shown. Acknowledge them to see more.</p>
      )}
    </section>
  );
}

interface InboxLineProps {
  readonly item: Item;
  readonly disabled: boolean;
  readonly onAcknowledge: () => void;
}

function InboxLine({ item, disabled, onAcknowledge }: InboxLineProps) {
  const { me } = useSession();
  const { kind, summary, createdAt, task, message, comment, proposal } = item;
  const author = message?.from?.name ?? comment?.author?.name;
  const body = message?.body ?? comment?.body;
  const slug = message && conversationSlug(conversationOf(message, me.name));
  return (
    <li className="inbox-item">
      <p className="inbox-about">
        <span className="tag">{INBOX_KIND_LABELS[kind]}</span>
        {author && <b>{author}</b>}
        {message && (
          <Link href={`/rooms/${message.room.name}/room/${slug}/${message.id}`}>
            {message.channel ? `in #${message.channel.name}` : "to you"}
          </Link>
        )}
        {task && (
          <Link href={`/rooms/${task.room.name}/tasks/${task.id}`}>
            <span className="id">{task.id}</span> {task.title}
          </Link>
        )}
        {proposal && (
          <Link href={`/rooms/${proposal.room.name}/decisions/${proposal.id}`}>
            <span className="id">{proposal.id}</span> {proposal.title}
          </Link>
        )}
        <span className="soft">
          <RelativeTime at={createdAt} /> ago
        </span>
      </p>
      {body ? (
        <Markdown
          text={body}
          mentions={(message ?? comment)?.mentions.map(({ name }) => name) ?? []}
          {...(message && { refs: message.refs.map(({ id }) => id) })}
          me={me.name}
        />
      ) : (
        <p>{summary}</p>
      )}
      <CanWrite>
        <button
          type="button"
          className="inbox-clear"
          disabled={disabled}
          aria-label={`Acknowledge: ${summary}`}
          onClick={onAcknowledge}
        >
          ✓ <span>Acknowledge</span>
        </button>
      </CanWrite>
    </li>
  );
}
