import type { ReactNode } from "react";
import { Link } from "wouter";
import {
  AcknowledgeDocument,
  InboxPreviewDocument,
  type InboxPreviewQuery,
  type NowQuery,
  ResetBreakerDocument,
  UnblockTaskDocument,
} from "../../api/documents";
import { INBOX_KIND_LABELS } from "../../components/inbox/inbox";
import { Panel } from "../../components/Panel";
import { formatCount } from "../../components/text/format";
import { InlineMarkdown } from "../../components/text/Markdown";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { inboxEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { conversationOf, conversationSlug } from "../room/conversation";
import { isOwnLine, reviewsForMe } from "./needs";
import type { OpenTasks } from "./open-tasks";

const MOST_ITEMS = 30;
const MOST_LINES = 12;
const MOST_ABSENT = 5;

interface NeedsYouProps {
  readonly data: NowQuery;
  readonly open: OpenTasks | undefined;
}

/** All that a person must do before others can go on, what holds up most first. */
export function NeedsYou({ data, open }: NeedsYouProps) {
  const room = useRoom();
  const { me, canWrite } = useSession();
  const inbox = useLiveQuery(InboxPreviewDocument, { first: MOST_ITEMS }, inboxEvents);
  if (!data.room) return null;
  const title = canWrite ? "Needs you" : "Needs a person";
  // Nothing may stand here before all of it is known: the rest would move under the pointer.
  if (!inbox.data)
    return (
      <Panel title={title}>
        <p className="empty">Loading…</p>
      </Panel>
    );
  const items = inbox.data.inbox.nodes.filter((item) => isOwnLine(item, room.name));
  const more = inbox.data.inbox.totalCount - inbox.data.inbox.nodes.length;
  const reviews = canWrite ? reviewsForMe(data.room, new Set(data.briefing.reviews.map(({ id }) => id)), me) : [];
  const breakers = data.room.resources.filter(({ breaker }) => breaker !== "CLOSED");
  const blocked = data.room.blocked.nodes.filter(({ waitingOn }) => waitingOn.some(({ kind }) => kind === "REASON"));
  const absences = open?.absences ?? [];
  const lines: ReactNode[] = [
    ...data.briefing.proposals.map((proposal) => (
      <Line
        key={proposal.id}
        kind="to decide"
        href={room.to("decisions", proposal.id)}
        title={proposal.title}
        at={proposal.createdAt}
        why={[
          `${proposal.author.name} asks`,
          proposal.tasks.length > 0 && `${formatCount(proposal.tasks.length, "task")} waiting`,
        ]}
      />
    )),
    ...reviews.map((task) => (
      <Line
        key={task.id}
        kind="to review"
        id={task.id}
        href={room.to("tasks", task.id)}
        title={task.title}
        at={task.updatedAt}
        why={[
          `by ${task.assignee?.name ?? "nobody"}`,
          task.reviewer && task.reviewer.id !== me.id && `its reviewer ${task.reviewer.name} is offline`,
          !task.reviewer && "nobody else who is online can review it",
        ]}
      />
    )),
    ...items.map((item) => <InboxItem key={item.id} item={item} onAcknowledged={inbox.refetch} />),
    ...breakers.map((resource) => <OpenBreaker key={resource.id} resource={resource} />),
    ...blocked.map((task) => <BlockedTask key={task.id} task={task} />),
    ...absences.slice(0, MOST_ABSENT).map(({ name, lastSeenAt, tasks }) => (
      <Line
        key={name}
        kind="owner gone"
        href={`${room.to("board")}?assignee=${encodeURIComponent(name)}`}
        title={`${name} is offline and owns ${formatCount(tasks.length, "task")}`}
        at={lastSeenAt}
        why={[
          tasks
            .slice(0, 3)
            .map(({ id, title }) => `${id} ${title}`)
            .join(" · "),
        ]}
      />
    )),
  ];
  const shown = lines.slice(0, MOST_LINES);
  const hidden = lines.length - shown.length;
  const total = lines.length + more;
  return (
    <Panel
      title={title}
      count={total}
      empty="Nothing needs you."
      action={
        inbox.data.inbox.totalCount > 0 && (
          <Link className="panel-link" href={room.to("inbox")}>
            Inbox
          </Link>
        )
      }
    >
      <ul className="lines">{shown}</ul>
      {hidden > 0 && (
        <details className="now-more">
          <summary>{hidden} more</summary>
          <ul className="lines">{lines.slice(MOST_LINES)}</ul>
        </details>
      )}
      {more > 0 && (
        <p className="padded soft">
          <Link href={room.to("inbox")}>{formatCount(more, "more item")} in the inbox</Link>
        </p>
      )}
    </Panel>
  );
}

interface LineProps {
  readonly kind: string;
  readonly id?: string;
  readonly href: string | null;
  readonly title: string;
  readonly at: string | null;
  readonly why?: readonly (string | false | null | undefined)[];
  readonly children?: ReactNode;
}

function Line({ kind, id, href, title, at, why = [], children }: LineProps) {
  const reasons = why.filter(Boolean).join(" · ");
  return (
    <li className="need">
      <div className="line">
        <span className="tag need-kind">{kind}</span>
        {id && <span className="id">{id}</span>}
        {href ? (
          <Link className="line-title" href={href}>
            {title}
          </Link>
        ) : (
          <span className="line-title">{title}</span>
        )}
        <span className="line-more">
          {at && <RelativeTime at={at} />}
          {children}
        </span>
      </div>
      {reasons && (
        <p className="soft">
          <InlineMarkdown text={reasons} />
        </p>
      )}
    </li>
  );
}

type Item = InboxPreviewQuery["inbox"]["nodes"][number];

/** An item of the inbox: its words first, then who wrote them and where. */
function InboxItem({ item, onAcknowledged }: { item: Item; onAcknowledged: () => void }) {
  const { me, canWrite } = useSession();
  const room = useRoom();
  const [acknowledge, disabled] = useMutation(AcknowledgeDocument);
  const { kind, summary, createdAt, message, comment, task, proposal } = item;
  const place = message?.room.name ?? task?.room.name ?? proposal?.room.name ?? room.name;
  const at = (view: string, rest: string) => `/rooms/${place}/${view}/${rest}`;
  const href = message
    ? at("room", `${conversationSlug(conversationOf(message, me.name))}/${message.id}`)
    : proposal
      ? at("decisions", proposal.id)
      : task && at("tasks", task.id);
  const author = message?.from?.name ?? comment?.author?.name;
  const words = message?.body ?? comment?.body;
  const clear = async () => {
    await acknowledge({ items: [item.id] });
    onAcknowledged();
  };
  return (
    <Line
      kind={INBOX_KIND_LABELS[kind]}
      href={href ?? null}
      title={words ? oneLine(words) : summary}
      at={createdAt}
      why={[
        author,
        message?.channel && `in #${message.channel.name}`,
        comment && task && `on ${task.id}`,
        place !== room.name && `in the room ${place}`,
      ]}
    >
      {canWrite && (
        <button
          type="button"
          className="quiet"
          disabled={disabled}
          title="Acknowledge"
          aria-label={`Acknowledge: ${summary}`}
          onClick={clear}
        >
          ✓
        </button>
      )}
    </Line>
  );
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

type Resource = NonNullable<NowQuery["room"]>["resources"][number];

function OpenBreaker({ resource: { name, breaker, failures, openedAt, lastDetail } }: { resource: Resource }) {
  const room = useRoom();
  const { canWrite } = useSession();
  const [reset, disabled] = useMutation(ResetBreakerDocument);
  return (
    <Line
      kind="breaker"
      href={null}
      title={`${name}: breaker ${breaker === "OPEN" ? "open" : "half open, one task may try"}`}
      at={openedAt ?? null}
      why={[lastDetail, failures > 0 && formatCount(failures, "failure")]}
    >
      {canWrite && (
        <button
          type="button"
          disabled={disabled}
          aria-label={`Reset the breaker of ${name}`}
          onClick={() => reset({ room: room.name, resource: name }, `${name} is in use again.`)}
        >
          Reset
        </button>
      )}
    </Line>
  );
}

type Blocked = NonNullable<NowQuery["room"]>["blocked"]["nodes"][number];

function BlockedTask({ task }: { task: Blocked }) {
  const room = useRoom();
  const { canWrite } = useSession();
  const [unblock, disabled] = useMutation(UnblockTaskDocument);
  const reason = task.waitingOn.find(({ kind }) => kind === "REASON")?.reason;
  return (
    <Line
      kind="blocked"
      id={task.id}
      href={room.to("tasks", task.id)}
      title={task.title}
      at={task.updatedAt}
      why={[reason, task.assignee?.name, task.unblocks > 0 && `blocks ${formatCount(task.unblocks, "task")}`]}
    >
      {canWrite && (
        <button
          type="button"
          disabled={disabled}
          aria-label={`Unblock ${task.id}`}
          onClick={() => unblock({ task: task.id }, `${task.id} can go on.`)}
        >
          Unblock
        </button>
      )}
    </Line>
  );
}
