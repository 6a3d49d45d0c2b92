import type { ReactNode } from "react";
import { Link } from "wouter";
import type { NowQuery, WaitKind } from "../../api/documents";
import { Panel } from "../../components/Panel";
import { TaskState } from "../../components/tasks/TaskState";
import { formatCount, formatNumber } from "../../components/text/format";
import { InlineMarkdown } from "../../components/text/Markdown";
import { RelativeTime, TimeUntil } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import type { Blocker, OpenTasks } from "./open-tasks";
import type { Behind, Cause } from "./waits";

type Room = NonNullable<NowQuery["room"]>;

const MOST_CAUSES = 8;

/** What doesn't move, by its cause, with the way to the remedy beside it. */
export function Stuck({ room: { stale, counts }, open }: { room: Room; open: OpenTasks | undefined }) {
  const room = useRoom();
  const causes = open?.causes ?? [];
  const waiting = counts.todo - counts.ready;
  const shown = causes.slice(0, MOST_CAUSES);
  const rest = causes.slice(MOST_CAUSES);
  return (
    <Panel
      title="Stuck"
      count={stale.totalCount + waiting + counts.blocked}
      empty="Nothing is stuck."
      action={
        waiting > 0 && (
          <Link className="panel-link" href={`${room.to("board")}?only=waiting`}>
            All {formatNumber(waiting)} that wait
          </Link>
        )
      }
    >
      {open?.behind && <Sum behind={open.behind} />}
      <ul className="lines">
        {stale.nodes.map((task) => (
          <li key={task.id} className="need">
            <div className="line">
              <span className="tag need-kind" data-state="STALE">
                silent
              </span>
              <span className="id">{task.id}</span>
              <Link className="line-title" href={room.to("tasks", task.id)}>
                {task.title}
              </Link>
              <span className="line-more">
                {task.lastProgressAt && <RelativeTime at={task.lastProgressAt} />}
                {task.assignee && (
                  <Link href={room.to("room", `@${task.assignee.name}`)}>Ask {task.assignee.name}</Link>
                )}
              </span>
            </div>
            <p className="soft">No progress from {task.assignee?.name ?? "its assignee"}.</p>
          </li>
        ))}
        {shown.map((cause) => (
          <CauseLine key={keyOf(cause)} cause={cause} blocker={blockerOf(cause, open)} />
        ))}
      </ul>
      {rest.length > 0 && (
        <details className="now-more">
          <summary>{formatCount(rest.length, "more cause")}</summary>
          <ul className="lines">
            {rest.map((cause) => (
              <CauseLine key={keyOf(cause)} cause={cause} blocker={blockerOf(cause, open)} />
            ))}
          </ul>
        </details>
      )}
      {open && open.looked < open.total && (
        <p className="padded soft">
          Of {formatCount(open.total, "open task")}, the first {formatNumber(open.looked)} were looked at.
        </p>
      )}
    </Panel>
  );
}

/** `235 tasks wait behind 27 others: 25 of them are ready, and nobody has taken them.` */
function Sum({ behind: { waiting, first, free } }: { behind: Behind }) {
  const room = useRoom();
  return (
    <p className="padded">
      <b>{formatNumber(waiting)}</b> {waiting === 1 ? "task waits" : "tasks wait"} behind <b>{formatNumber(first)}</b>{" "}
      {first === 1 ? "other" : "others"}
      {free > 0 && (
        <>
          :{" "}
          <Link href={`${room.to("board")}?only=ready`}>
            {first === 1 ? "it is ready, and nobody has taken it" : `${formatNumber(free)} of them ready, not taken`}
          </Link>
        </>
      )}
      .
    </p>
  );
}

function keyOf({ kind, task, objective, reason }: Cause): string {
  return `${kind} ${task ?? objective ?? reason}`;
}

function blockerOf({ task }: Cause, open: OpenTasks | undefined): Blocker | null {
  return (task && open?.blockers.get(task)) || null;
}

const LABELS: Record<WaitKind, string> = {
  DEPENDENCY: "dependency",
  TRACK: "track",
  SUBTASK: "subtask",
  CRITERIA: "no criteria",
  SCHEDULE: "starts later",
  RESOURCE: "resource",
  PROPOSAL: "undecided",
  OBJECTIVE: "draft",
  PAUSED: "paused",
  REASON: "blocked",
};

function CauseLine({ cause, blocker }: { cause: Cause; blocker: Blocker | null }) {
  const room = useRoom();
  const { kind, waiting, reason, until } = cause;
  const remedy = remedyOf(cause, blocker, room.to);
  return (
    <li className="need">
      <div className="line">
        <span className="tag need-kind" data-state={kind === "REASON" ? "BLOCKED" : undefined}>
          {LABELS[kind]}
        </span>
        {blocker ? (
          <>
            <span className="id">{blocker.id}</span>
            <Link className="line-title" href={room.to("tasks", blocker.id)}>
              {blocker.title}
            </Link>
          </>
        ) : (
          <span className="line-title">
            <InlineMarkdown text={headingOf(kind, reason)} />
          </span>
        )}
        <span className="line-more">{remedy}</span>
      </div>
      <p className="soft">
        blocks <b>{formatCount(waiting.length, "task")}</b>
        {blocker && (
          <>
            {" · "}
            <TaskState status={blocker.status} ready={blocker.ready} stale={blocker.stale} /> {standing(blocker)}
          </>
        )}
        {kind === "SCHEDULE" && until && (
          <>
            {" · the next "}
            <TimeUntil at={until} />
          </>
        )}
        {waiting.length <= 3 && (
          <>
            {" · "}
            <InlineMarkdown text={waiting.join(", ")} />
          </>
        )}
      </p>
    </li>
  );
}

function headingOf(kind: WaitKind, reason: string): string {
  if (kind === "CRITERIA") return "No criteria yet";
  if (kind === "SCHEDULE") return "Their time has not come";
  if (kind === "PAUSED") return "The room is paused";
  return reason;
}

/** Who has the task that others wait for. */
function standing({ status, ready, assignee }: Blocker): string {
  if (assignee?.presence === "OFFLINE") return `with ${assignee.name}, who is offline`;
  if (assignee) return `with ${assignee.name}`;
  return status === "TODO" && ready ? "nobody has taken it" : "";
}

type To = (view: string, rest?: string) => string;

/** Where the cause can be removed. */
function remedyOf({ kind, waiting, objective }: Cause, blocker: Blocker | null, to: To): ReactNode {
  const first = waiting[0] ?? "";
  switch (kind) {
    case "CRITERIA":
      return <Link href={to("tasks", first)}>Set criteria of {first}</Link>;
    case "OBJECTIVE":
      return objective && <Link href={to("tree", objective)}>Activate {objective}</Link>;
    case "PROPOSAL":
      return <Link href={to("decisions")}>Decide</Link>;
    case "RESOURCE":
      return <Link href={to("resources")}>Resources</Link>;
    case "PAUSED":
      return null;
    default:
      return blocker && <Link href={to("graph", blocker.id)}>Graph</Link>;
  }
}
