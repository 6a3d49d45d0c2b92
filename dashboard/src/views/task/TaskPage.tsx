import { useMemo } from "react";
import { Link } from "wouter";
import { TaskPageDocument, type TaskPageQuery } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { day, fullTime, plural } from "../../components/format";
import { LeaseLeft } from "../../components/LeaseCountdown";
import { Panel } from "../../components/Panel";
import { Progress } from "../../components/Progress";
import { Ago } from "../../components/RelativeTime";
import { TaskLine } from "../../components/TaskLine";
import { TaskState } from "../../components/TaskState";
import { useRoom } from "../../layout/room";
import { ofTask } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";
import type { ViewProps } from "..";
import { Comments } from "./Comments";
import { Criteria } from "./Criteria";
import { Dependencies } from "./Dependencies";
import { History } from "./History";
import { Acts } from "./TaskActions";
import "./task.css";

export type Task = NonNullable<TaskPageQuery["task"]>;

/** All of one task, and what a person can do about it. */
export default function TaskPage({ rest }: ViewProps) {
  return <OneTask key={rest} id={rest} />;
}

function OneTask({ id }: { id: string }) {
  const concern = useMemo(() => ofTask(id), [id]);
  const { data, refusal } = useLive(TaskPageDocument, { id }, concern);
  const task = data?.task;

  if (!task) return refusal ? <Refused refusal={refusal} /> : <p className="waiting">Opening…</p>;
  return (
    <article className="task" aria-labelledby="task-title">
      <Head task={task} />
      <div className="task-columns">
        <div>
          {task.description && (
            <Panel title="Description">
              <p className="prose padded">{task.description}</p>
            </Panel>
          )}
          <Criteria task={task} />
          {task.result && (
            <Panel title="Result">
              <p className="prose padded">{task.result}</p>
              <Artifacts artifacts={task.artifacts} />
            </Panel>
          )}
          {task.notes && (
            <Panel title="Notes">
              <p className="prose padded">{task.notes}</p>
            </Panel>
          )}
          <Handoff task={task} />
          <Comments id={id} concern={concern} />
        </div>
        <div>
          <Facts task={task} />
          <Dependencies task={task} />
          {task.subtasks.length > 0 && (
            <Panel title="Subtasks" count={task.subtasks.length}>
              <ul className="lines">
                {task.subtasks.map((subtask) => (
                  <li key={subtask.id}>
                    <TaskLine task={subtask}>
                      <TaskState {...subtask} />
                    </TaskLine>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
          <History id={id} concern={concern} />
        </div>
      </div>
    </article>
  );
}

function Head({ task }: { task: Task }) {
  const room = useRoom();
  return (
    <header className="task-head">
      <nav className="crumbs" aria-label="Where it stands">
        <Link href={room.to("board")}>Board</Link>
        {task.objective && (
          <Link href={room.to("tree", task.objective.id)}>
            {task.objective.id} {task.objective.title}
          </Link>
        )}
        {task.parent && (
          <Link href={room.to("tasks", task.parent.id)}>
            {task.parent.id} {task.parent.title}
          </Link>
        )}
      </nav>
      <h1 id="task-title">
        <span className="id">{task.id}</span> {task.title}
      </h1>
      <div className="facts">
        <TaskState status={task.status} ready={task.ready} stale={task.stale} />
        <span className="priority" data-priority={task.priority}>
          {task.priority}
        </span>
        {task.assignee && <span>{task.assignee.name}</span>}
        {task.lease && (
          <span className="lease">
            lease <LeaseLeft expiresAt={task.lease.expiresAt} />
          </span>
        )}
        {task.unblocks > 0 && <span className="soft">holds back {plural(task.unblocks, "task")}</span>}
        {task.labels.map((label) => (
          <span key={label} className="tag">
            {label}
          </span>
        ))}
      </div>
      {task.waitingOn.length > 0 && (
        <ul className="waits" aria-label="Waits for">
          {task.waitingOn.map((wait) => (
            <li key={`${wait.kind} ${wait.reason}`}>
              <span className="tag" data-state={task.status === "BLOCKED" ? "BLOCKED" : undefined}>
                waits
              </span>{" "}
              {wait.task ? <Link href={room.to("tasks", wait.task.id)}>{wait.reason}</Link> : wait.reason}
            </li>
          ))}
        </ul>
      )}
      <Acts task={task} />
    </header>
  );
}

function Facts({ task }: { task: Task }) {
  const facts: [string, string | null | undefined][] = [
    ["Assignee", task.assignee?.name],
    ["Reviewer", task.reviewer?.name],
    ["Made by", task.creator.name],
    ["Needs", task.capabilities.join(", ")],
    ["Track", task.track && `${task.track}${task.trackOrder === null ? "" : `, ${task.trackOrder}`}`],
    [
      "Resources",
      task.resources.map(({ name, breaker }) => `${name}${breaker === "OPEN" ? " (open)" : ""}`).join(", "),
    ],
    ["Claims lost", task.attempts > 0 ? String(task.attempts) : null],
    ["Estimate", task.estimateMinutes ? `${task.estimateMinutes} min` : null],
    ["Not before", task.notBefore && fullTime(task.notBefore)],
    ["Due", task.dueAt && day(task.dueAt)],
    ["Quiet until", task.quietUntil && fullTime(task.quietUntil)],
    ["Instructions", task.instructions],
  ];
  const times: [string, string | null][] = [
    ["Made", task.createdAt],
    ["Started", task.startedAt],
    ["Last word", task.status === "DOING" ? task.lastProgressAt : null],
    ["Ended", task.finishedAt],
  ];
  return (
    <Panel title="Facts">
      <dl className="pairs">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
        {times.map(
          ([name, at]) =>
            at && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Ago at={at} /> ago
                </dd>
              </div>
            ),
        )}
        {task.keyResults.map((result) => (
          <div key={result.id}>
            <dt>Moves</dt>
            <dd>
              {result.title} <Progress value={result.progress} label={`Progress of ${result.title}`} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Artifacts({ artifacts }: { artifacts: Task["artifacts"] }) {
  if (artifacts.length === 0) return null;
  return (
    <ul className="padded">
      {artifacts.map(({ kind, url, title }) => (
        <li key={url}>
          <span className="tag">{kind.toLowerCase().replace("_", " ")}</span>{" "}
          {/^https?:/i.test(url) ? (
            <a href={url} rel="noreferrer noopener" target="_blank">
              {title || url}
            </a>
          ) : (
            title || url
          )}
        </li>
      ))}
    </ul>
  );
}

function Handoff({ task }: { task: Task }) {
  const left = task.handoff;
  if (!left?.handoff) return null;
  return (
    <Panel title={`Handoff by ${left.author?.name ?? "Goalroom"}`}>
      <dl className="pairs">
        <div>
          <dt>Done</dt>
          <dd>{left.handoff.done}</dd>
        </div>
        <div>
          <dt>Pending</dt>
          <dd>{left.handoff.pending}</dd>
        </div>
        {left.handoff.gotchas && (
          <div>
            <dt>Beware</dt>
            <dd>{left.handoff.gotchas}</dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}
