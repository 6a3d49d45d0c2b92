import { useState } from "react";
import { Link } from "wouter";
import { NowDocument, type NowQuery } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { Panel } from "../../components/Panel";
import { TaskLine } from "../../components/tasks/TaskLine";
import { formatCount, formatNumber } from "../../components/text/format";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { ActLine } from "../../log/ActLine";
import { actsOf } from "../../log/acts";
import { activityChanges, agentEvents, anyOf, type ChangeFilter, eventKinds, taskEvents } from "../../log/invalidation";
import { useLiveQuery, useLogStatus } from "../../log/use-live-query";
import { FirstSteps } from "./FirstSteps";
import { NeedsYou } from "./NeedsYou";
import { OnlineAgents } from "./OnlineAgents";
import "./now.css";
import { useOpenTasks } from "./open-tasks";
import { Stuck } from "./Stuck";

const invalidatedBy = anyOf(
  taskEvents,
  agentEvents,
  activityChanges,
  eventKinds("PROPOSAL_", "VOTE_CAST", "RESOURCE_CHANGED", "OBJECTIVE_CREATED"),
);

/** The room at a glance: what needs a person, what is stuck and why, who works on what. */
export default function Now() {
  const { name } = useRoom();
  const { data, refusal } = useLiveQuery(NowDocument, { room: name }, invalidatedBy);
  const open = useOpenTasks();

  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  return (
    <div className="now">
      <h1 className="visually-hidden">Now</h1>
      <Counts counts={data.room.counts} />
      <FirstSteps room={data.room} />
      <div className="now-columns">
        <div>
          <NeedsYou data={data} open={open} />
          <Stuck room={data.room} open={open} />
        </div>
        <div>
          <OnlineAgents agents={data.room.agents} />
          <InReview tasks={data.room.inReview} />
          <Ready tasks={data.room.next} />
        </div>
        <div>
          <RecentActs />
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

const MOST_IN_REVIEW = 8;

function InReview({ tasks }: { tasks: NowRoom["inReview"] }) {
  return (
    <Panel title="Waiting for review" count={tasks.totalCount} empty="Nothing waits for a reviewer.">
      <ul className="lines">
        {tasks.nodes.slice(0, MOST_IN_REVIEW).map((task) => (
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

const MOST_ACTS = 60;
const NOISE = eventKinds("PRESENCE_CHANGED");
const KINDS: Readonly<Record<string, ChangeFilter>> = {
  All: () => true,
  Tasks: eventKinds("TASK_", "DEPENDENCY_"),
  Messages: eventKinds("MESSAGE_SENT", "COMMENT_ADDED"),
  Goals: eventKinds("OBJECTIVE_", "KEY_RESULT_UPDATED", "PROPOSAL_", "VOTE_CAST"),
};

/** What was done last, the newest first. */
function RecentActs() {
  const { recent } = useLogStatus();
  const [shown, setShown] = useState("All");
  const fits = KINDS[shown] ?? NOISE;
  const acts = actsOf(recent.filter((event) => !NOISE(event)))
    .filter(({ head }) => fits(head))
    .slice(-MOST_ACTS);
  return (
    <Panel
      title="Newest"
      className="now-newest"
      action={
        <select aria-label="Newest of what" value={shown} onChange={(event) => setShown(event.target.value)}>
          {Object.keys(KINDS).map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
      }
    >
      <ol className="log-lines" reversed>
        {[...acts].reverse().map((act) => (
          <ActLine key={act.head.cursor} act={act} />
        ))}
      </ol>
    </Panel>
  );
}
