import { Link } from "wouter";
import { NowDocument, type NowQuery } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatCount, formatNumber } from "../../components/format";
import { Panel } from "../../components/Panel";
import { RelativeTime } from "../../components/RelativeTime";
import { TaskLine } from "../../components/TaskLine";
import { useRoom } from "../../layout/room";
import { activityChanges, agentEvents, anyOf, taskEvents } from "../../log/invalidation";
import { LogLine } from "../../log/LogLine";
import { useLiveQuery, useLogStatus } from "../../log/use-live-query";
import { OnlineAgents } from "./OnlineAgents";
import "./now.css";
import { InboxPanel } from "./InboxPanel";

const invalidatedBy = anyOf(taskEvents, agentEvents, activityChanges);

/** The state of the room at a glance: counts, what is stuck, who is online, and what waits for me. */
export default function Now() {
  const { name } = useRoom();
  const { data, refusal } = useLiveQuery(NowDocument, { room: name }, invalidatedBy);

  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  return (
    <div className="now">
      <h1 className="visually-hidden">Now</h1>
      <Counts counts={data.room.counts} />
      <div className="now-columns">
        <div>
          <InboxPanel />
          <Stuck room={data.room} />
          <InReview tasks={data.room.inReview} />
        </div>
        <div>
          <OnlineAgents agents={data.room.agents} />
          <Ready tasks={data.room.next} />
        </div>
        <div>
          <RecentEvents />
        </div>
      </div>
    </div>
  );
}

type NowRoom = NonNullable<NowQuery["room"]>;

function Counts({ counts }: { counts: NowRoom["counts"] }) {
  const room = useRoom();
  const shown: readonly [key: string, word: string, count: number, only?: string][] = [
    ["ready", "Ready", counts.ready, "ready"],
    ["waits", "Waiting", counts.todo - counts.ready, "waiting"],
    ["doing", "Doing", counts.doing],
    ["validating", "In review", counts.validating],
    ["blocked", "Blocked", counts.blocked],
    ["stale", "Stale", counts.stale, "stale"],
    ["done", "Done", counts.done],
  ];
  return (
    <dl className="counts" aria-label="Tasks">
      {shown.map(([key, word, count, only]) => (
        <div key={key} data-state={key} data-none={count === 0 || undefined}>
          <dt>{word}</dt>
          <dd>
            <Link href={`${room.to("board")}${only ? `?only=${only}` : ""}`}>{formatNumber(count)}</Link>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Blocked and stale tasks, longest first. */
function Stuck({ room }: { room: NowRoom }) {
  const { stale, blocked } = room;
  return (
    <Panel title="Stuck" count={stale.totalCount + blocked.totalCount} empty="Nothing is stuck.">
      <ul className="lines">
        {stale.nodes.map((task) => (
          <li key={task.id}>
            <TaskLine task={task}>
              <span className="tag" data-state="STALE">
                stale
              </span>
              {task.lastProgressAt && <RelativeTime at={task.lastProgressAt} />}
            </TaskLine>
            <p className="soft">No progress from {task.assignee?.name ?? "its assignee"}.</p>
          </li>
        ))}
        {blocked.nodes.map((task) => (
          <li key={task.id}>
            <TaskLine task={task}>
              <span className="tag" data-state="BLOCKED">
                blocked
              </span>
              <RelativeTime at={task.updatedAt} />
            </TaskLine>
            <p className="soft">
              {[task.waitingOn[0]?.reason, task.unblocks > 0 && `blocks ${formatCount(task.unblocks, "task")}`]
                .filter(Boolean)
                .join(" · ")}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function InReview({ tasks }: { tasks: NowRoom["inReview"] }) {
  return (
    <Panel title="Waiting for review" count={tasks.totalCount} empty="Nothing waits for a reviewer.">
      <ul className="lines">
        {tasks.nodes.map((task) => (
          <li key={task.id}>
            <TaskLine task={task}>
              <RelativeTime at={task.updatedAt} />
            </TaskLine>
            <p className="soft">
              by {task.assignee?.name ?? "nobody"}
              {task.reviewer ? `, for ${task.reviewer.name}` : ", for anyone"}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Ready({ tasks }: { tasks: NowRoom["next"] }) {
  const room = useRoom();
  return (
    <Panel
      title="Ready to start"
      count={tasks.totalCount}
      empty="No task is ready."
      action={
        tasks.totalCount > tasks.nodes.length && (
          <Link className="panel-link" href={`${room.to("board")}?only=ready`}>
            All {formatNumber(tasks.totalCount)}
          </Link>
        )
      }
    >
      <ul className="lines">
        {tasks.nodes.map((task) => (
          <li key={task.id}>
            <TaskLine task={task}>
              <span className="priority" data-priority={task.priority}>
                {task.priority}
              </span>
              <span title="Since it was created">
                <RelativeTime at={task.createdAt} /> old
              </span>
            </TaskLine>
            {(task.assignee || task.unblocks > 0) && (
              <p className="soft">
                {task.assignee && `for ${task.assignee.name}`}
                {task.assignee && task.unblocks > 0 && " · "}
                {task.unblocks > 0 && `blocks ${formatCount(task.unblocks, "task")}`}
              </p>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const MAX_EVENTS = 40;

function RecentEvents() {
  const { recent } = useLogStatus();
  return (
    <Panel title="Newest events" className="now-newest">
      <ol className="log-lines" reversed>
        {recent
          .filter(({ kind }) => kind !== "PRESENCE_CHANGED")
          .slice(-MAX_EVENTS)
          .reverse()
          .map((event) => (
            <LogLine key={event.cursor} event={event} />
          ))}
      </ol>
    </Panel>
  );
}
