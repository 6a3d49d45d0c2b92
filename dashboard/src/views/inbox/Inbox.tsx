import { useCallback, useState } from "react";
import { Link } from "wouter";
import { AcknowledgeDocument, InboxDocument, type InboxKind, type InboxQuery } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { SegmentedControl } from "../../components/forms/SegmentedControl";
import { INBOX_KIND_LABELS } from "../../components/inbox/inbox";
import { formatCount, formatNumber } from "../../components/text/format";
import { Markdown } from "../../components/text/Markdown";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useCommands } from "../../layout/commands";
import { focusItem } from "../../layout/shortcuts";
import { useMutation } from "../../layout/use-mutation";
import { inboxEvents } from "../../log/invalidation";
import { useLiveFetch } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";
import { useSession } from "../../session/session";
import { conversationOf, conversationSlug } from "../room/conversation";
import "./inbox.css";

type Item = InboxQuery["inbox"]["nodes"][number];

type Shown = "Waiting" | "Acknowledged";

const MAX = 100;
const PAGE = 200;
const MAX_PAGES = 10;
const SHOWN: readonly Shown[] = ["Waiting", "Acknowledged"];
const WORK_KINDS = (Object.keys(INBOX_KIND_LABELS) as InboxKind[]).filter(
  (kind) => kind !== "DIRECT" && kind !== "MENTION",
);
const KINDS: Readonly<Record<string, readonly InboxKind[] | null>> = {
  All: null,
  Messages: ["DIRECT", "MENTION"],
  Tasks: WORK_KINDS,
};

/** The inbox of the person who is signed in, over all rooms, oldest first; what was acknowledged, the newest first. */
export default function Inbox() {
  const [filter, setFilter] = useState("All");
  const [shown, setShown] = useState<Shown>("Waiting");
  const { data, refusal, refetch } = useInbox(filter, shown);
  const [acknowledge, disabled] = useMutation(AcknowledgeDocument);
  const { canWrite } = useSession();
  const items = data?.items ?? [];
  const total = data?.total ?? 0;
  const waiting = shown === "Waiting";
  useCommands(() => {
    const id = document.activeElement?.closest<HTMLElement>("[data-item]")?.id;
    return canWrite && waiting && items.some((item) => item.id === id)
      ? [{ name: "Acknowledge it", key: "e", run: () => void acknowledgeFocused(id ?? "") }]
      : [];
  });

  const acknowledgeAll = async (ids: readonly string[]) => {
    const message = ids.length > 1 ? `${formatCount(ids.length, "item")} acknowledged.` : undefined;
    await acknowledge({ items: [...ids] }, message);
    refetch();
  };

  const acknowledgeFocused = async (id: string) => {
    focusItem(1);
    await acknowledgeAll([id]);
  };

  return (
    <section className="panel inbox" aria-labelledby="inbox-title">
      <header>
        <h1 id="inbox-title">Inbox</h1>
        {data && <span className="count">{formatNumber(total)}</span>}
        <div className="inbox-actions">
          <SegmentedControl label="Which are shown" options={SHOWN} value={shown} onChange={setShown} />
          <SegmentedControl label="What is shown" options={Object.keys(KINDS)} value={filter} onChange={setFilter} />
          {waiting && items.length > 1 && canWrite && (
            <button type="button" disabled={disabled} onClick={() => acknowledgeAll(items.map(({ id }) => id))}>
              Acknowledge {items.length < total ? `these ${items.length}` : `all ${total}`}
            </button>
          )}
        </div>
      </header>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!data && !refusal && <p className="placeholder">Loading…</p>}
      {data && items.length === 0 && (
        <p className="empty">{waiting ? "Nothing waits for you." : "Nothing has been acknowledged yet."}</p>
      )}
      <ol className="inbox-items">
        {items.map((item) => (
          <InboxLine
            key={item.id}
            item={item}
            waiting={waiting}
            disabled={disabled}
            onAcknowledge={() => acknowledgeAll([item.id])}
          />
        ))}
      </ol>
      {items.length < total && (
        <p className="empty inbox-more">
          {waiting
            ? `The oldest ${items.length} are shown. Acknowledge them to see more.`
            : `The newest ${items.length} are shown.`}
        </p>
      )}
    </section>
  );
}

/** What waits, as far as one page goes; or what was acknowledged, of which only the whole inbox can be asked. */
function useInbox(filter: string, shown: Shown) {
  const { api } = useSession();
  const fetch = useCallback(async () => {
    const kinds = KINDS[filter] ?? null;
    const variables = { kinds: kinds && [...kinds], unacknowledged: shown === "Waiting" };
    if (shown === "Waiting") {
      const { inbox } = await api.query(InboxDocument, { ...variables, first: MAX });
      return { items: inbox.nodes, total: inbox.totalCount };
    }
    const acknowledged: Item[] = [];
    let after: string | null = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { inbox }: InboxQuery = await api.query(InboxDocument, { ...variables, first: PAGE, after });
      acknowledged.push(...inbox.nodes.filter(({ acknowledgedAt }) => acknowledgedAt !== null));
      after = inbox.pageInfo.endCursor ?? null;
      if (!inbox.pageInfo.hasNextPage) break;
    }
    return { items: acknowledged.reverse().slice(0, MAX), total: acknowledged.length };
  }, [api, filter, shown]);
  return useLiveFetch(fetch, inboxEvents);
}

interface InboxLineProps {
  readonly item: Item;
  readonly waiting: boolean;
  readonly disabled: boolean;
  readonly onAcknowledge: () => void;
}

function InboxLine({ item, waiting, disabled, onAcknowledge }: InboxLineProps) {
  const { me } = useSession();
  const { kind, summary, createdAt, task, message, comment, proposal } = item;
  const author = message?.from?.name ?? comment?.author?.name;
  const body = message?.body ?? comment?.body;
  const slug = message && conversationSlug(conversationOf(message, me.name));
  return (
    <li className="inbox-item" id={item.id} data-item>
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
      {waiting ? (
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
      ) : (
        item.acknowledgedAt && (
          <span className="inbox-clear soft">
            ✓ <RelativeTime at={item.acknowledgedAt} /> ago
          </span>
        )
      )}
    </li>
  );
}
