import { useMemo, useState } from "react";
import { Link } from "wouter";
import { TaskPageDocument, UpdateTaskDocument } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { Editable } from "../../components/editing/Editable";
import { LongTextEditor, TextEditor } from "../../components/editing/editors";
import { Panel } from "../../components/Panel";
import { LeaseCountdown } from "../../components/tasks/LeaseCountdown";
import { TaskLine } from "../../components/tasks/TaskLine";
import { TaskState } from "../../components/tasks/TaskState";
import { formatCount } from "../../components/text/format";
import { Markdown } from "../../components/text/Markdown";
import { isWebAddress } from "../../components/text/web-address";
import { useRoom } from "../../layout/room";
import { eventsOfTask } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";
import { useSession } from "../../session/session";
import { Ending } from "../decisions/Ending";
import type { ViewProps } from "../view";
import { Comments } from "./Comments";
import { Criteria } from "./Criteria";
import { Dependencies } from "./Dependencies";
import { History } from "./History";
import { NewTask } from "./NewTask";
import { Properties } from "./Properties";
import { TaskActions } from "./TaskActions";
import type { Task } from "./task";
import "./task.css";

/** One task with all of its details, and what a person can do with it. */
export default function TaskPage({ rest }: ViewProps) {
  return <TaskDetails key={rest} id={rest} />;
}

function TaskDetails({ id }: { id: string }) {
  const invalidatedBy = useMemo(() => eventsOfTask(id), [id]);
  const { data, refusal } = useLiveQuery(TaskPageDocument, { id }, invalidatedBy);
  const task = data?.task;

  if (!task) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  return (
    <article className="task" aria-label={`${task.id} ${task.title}`}>
      <Header task={task} />
      <div className="task-columns">
        <div>
          <Description task={task} />
          <Criteria task={task} />
          {task.result && (
            <Panel title="Result">
              <div className="padded">
                <Markdown text={task.result} />
              </div>
              <Artifacts artifacts={task.artifacts} />
            </Panel>
          )}
          {task.notes && (
            <Panel title="Notes">
              <div className="padded">
                <Markdown text={task.notes} />
              </div>
            </Panel>
          )}
          <Handoff task={task} />
          <Comments id={id} invalidatedBy={invalidatedBy} />
        </div>
        <div>
          <Properties task={task} />
          <Proposals proposals={task.proposals} />
          <Dependencies task={task} />
          <Subtasks task={task} />
          <History id={id} invalidatedBy={invalidatedBy} />
        </div>
      </div>
    </article>
  );
}

function Description({ task }: { task: Task }) {
  const { api, canWrite } = useSession();
  if (!task.description && !canWrite) return null;
  return (
    <Panel title="Description">
      <div className="padded">
        <Editable
          of={task.id}
          label="Description"
          value={task.description}
          editor={(props) => <LongTextEditor {...props} hint="Markdown. Ctrl and Enter saves." />}
          onSave={(description) => api.mutate(UpdateTaskDocument, { input: { id: task.id, description } })}
        >
          {task.description && <Markdown text={task.description} />}
        </Editable>
      </div>
    </Panel>
  );
}

function Subtasks({ task }: { task: Task }) {
  const [adding, setAdding] = useState(false);
  const { canWrite } = useSession();
  if (task.subtasks.length === 0 && !canWrite) return null;
  const action = (
    <CanWrite>
      <button type="button" className="quiet" onClick={() => setAdding(true)}>
        Add subtask
      </button>
    </CanWrite>
  );
  return (
    <>
      <Panel title="Subtasks" count={task.subtasks.length} empty="No subtasks." action={action}>
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
      {adding && <NewTask parent={task} onClose={() => setAdding(false)} />}
    </>
  );
}

function Header({ task }: { task: Task }) {
  const { api } = useSession();
  const room = useRoom();
  return (
    <header className="task-head">
      <nav className="crumbs" aria-label="Breadcrumbs">
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
      <Editable
        of={task.id}
        label="Title"
        value={task.title}
        editor={(props) => (
          <>
            <h1 className="visually-hidden">{task.title}</h1>
            <TextEditor {...props} required />
          </>
        )}
        onSave={(title) => api.mutate(UpdateTaskDocument, { input: { id: task.id, title } })}
      >
        <h1>
          <span className="id">{task.id}</span> {task.title}
        </h1>
      </Editable>
      <div className="facts">
        <TaskState status={task.status} ready={task.ready} stale={task.stale} />
        {task.lease && (
          <span className="lease">
            lease <LeaseCountdown expiresAt={task.lease.expiresAt} />
          </span>
        )}
        {task.unblocks > 0 && <span className="soft">blocks {formatCount(task.unblocks, "task")}</span>}
      </div>
      {task.waitingOn.length > 0 && (
        <ul className="waits" aria-label="Blocked by">
          {task.waitingOn.map((wait) => (
            <li key={`${wait.kind} ${wait.reason}`}>
              <span className="tag" data-state={task.status === "BLOCKED" ? "BLOCKED" : undefined}>
                {task.status === "BLOCKED" ? "blocked" : "waiting"}
              </span>{" "}
              <Wait wait={wait} />
            </li>
          ))}
        </ul>
      )}
      <TaskActions task={task} />
    </header>
  );
}

function Wait({ wait: { task, proposal, reason } }: { wait: Task["waitingOn"][number] }) {
  const room = useRoom();
  if (task) return <Link href={room.to("tasks", task.id)}>{reason}</Link>;
  if (proposal) return <Link href={room.to("decisions", proposal.id)}>{reason}</Link>;
  return reason;
}

/** What was asked about the task. */
function Proposals({ proposals }: { proposals: Task["proposals"] }) {
  const room = useRoom();
  if (proposals.length === 0) return null;
  return (
    <Panel title="Decisions" count={proposals.length}>
      <ul className="lines">
        {proposals.map((proposal) => (
          <li key={proposal.id} className="line">
            <span className="id">{proposal.id}</span>
            <Link className="line-title" href={room.to("decisions", proposal.id)}>
              {proposal.title}
            </Link>
            <span className="line-more">
              <Ending proposal={proposal} />
            </span>
          </li>
        ))}
      </ul>
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
          {isWebAddress(url) ? (
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
  const comment = task.handoff;
  if (!comment?.handoff) return null;
  return (
    <Panel title={`Handoff by ${comment.author?.name ?? "Goalroom"}`}>
      <dl className="pairs">
        <div>
          <dt>Done</dt>
          <dd>
            <Markdown text={comment.handoff.done} />
          </dd>
        </div>
        <div>
          <dt>Pending</dt>
          <dd>
            <Markdown text={comment.handoff.pending} />
          </dd>
        </div>
        {comment.handoff.gotchas && (
          <div>
            <dt>Gotchas</dt>
            <dd>
              <Markdown text={comment.handoff.gotchas} />
            </dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}
