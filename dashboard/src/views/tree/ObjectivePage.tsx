import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import {
  ObjectivePageDocument,
  type ObjectivePageQuery,
  SetObjectiveStatusDocument,
  UpdateKeyResultDocument,
} from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatDate, formatNumber } from "../../components/format";
import { Markdown } from "../../components/Markdown";
import { Progress } from "../../components/Progress";
import { TaskLine } from "../../components/TaskLine";
import { TaskState } from "../../components/TaskState";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { objectiveEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";
import { useSession } from "../../session/session";
import { BurnUp } from "../objective/BurnUp";
import { NewTask } from "../task/NewTask";
import { AddObjective } from "./AddObjective";

type Objective = NonNullable<ObjectivePageQuery["objective"]>;

interface ObjectivePageProps {
  readonly id: string;
  /** Called once with its ancestors, so that the tree can expand down to it. */
  readonly onAncestors: (ids: readonly string[]) => void;
}

/** One objective: its progress, key results and tasks. */
export function ObjectivePage({ id, onAncestors }: ObjectivePageProps) {
  const room = useRoom();
  const { data, refusal } = useLiveQuery(ObjectivePageDocument, { id }, objectiveEvents);
  const objective = data?.objective;
  const reported = useRef(false);

  useEffect(() => {
    if (!objective || reported.current) return;
    reported.current = true;
    onAncestors(objective.ancestors.map((one) => one.id));
  });

  return (
    <aside className="objective" aria-label="Objective">
      {!objective && (refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>)}
      {objective && (
        <>
          <nav className="crumbs" aria-label="Breadcrumbs">
            <Link href={room.to("tree")}>Tree</Link>
            {objective.ancestors.map((one) => (
              <Link key={one.id} href={room.to("tree", one.id)}>
                {one.title}
              </Link>
            ))}
          </nav>
          <h2>
            <span className="id">{objective.id}</span> {objective.title}
          </h2>
          <Facts objective={objective} />
          {objective.description && <Markdown text={objective.description} />}
          <ObjectiveActions objective={objective} />
          <KeyResults results={objective.keyResults} />
          {objective.counts.total > 0 && <BurnUp objective={objective.id} />}
          <Tasks tasks={objective.tasks} />
        </>
      )}
    </aside>
  );
}

function Facts({ objective }: { objective: Objective }) {
  const { counts } = objective;
  return (
    <div className="facts">
      <Progress value={objective.progress} label="Progress" />
      <span className="tag">{objective.status.toLowerCase()}</span>
      {objective.standing && <span className="tag">standing</span>}
      {objective.archivedAt && <span className="tag">archived</span>}
      {objective.owner && <span>owned by {objective.owner.name}</span>}
      {objective.dueAt && <span>due {formatDate(objective.dueAt)}</span>}
      {counts.total > 0 && (
        <span className="soft">
          {formatNumber(counts.done)} of {formatNumber(counts.total - counts.cancelled)} tasks done
          {counts.doing > 0 && `, ${counts.doing} in progress`}
          {counts.blocked > 0 && `, ${counts.blocked} blocked`}
        </span>
      )}
    </div>
  );
}

function ObjectiveActions({ objective }: { objective: Objective }) {
  const room = useRoom();
  const [addingObjective, setAddingObjective] = useState(false);
  const [addingTask, setAddingTask] = useState(false);
  const [setStatus, disabled] = useMutation(SetObjectiveStatusDocument);
  const { canWrite } = useSession();
  const draft = objective.status === "DRAFT";
  return (
    <div className="actions">
      {canWrite && (
        <button type="button" onClick={() => setAddingObjective(true)}>
          Add objective
        </button>
      )}
      {canWrite && (draft || objective.status === "ACTIVE") && (
        <button
          type="button"
          disabled={disabled}
          title={draft ? "Let its tasks be started" : "No more of its tasks can be started"}
          onClick={() => setStatus({ id: objective.id, status: draft ? "ACTIVE" : "DRAFT" })}
        >
          {draft ? "Activate" : "Back to draft"}
        </button>
      )}
      {canWrite && (
        <button type="button" onClick={() => setAddingTask(true)}>
          Add task
        </button>
      )}
      <Link href={room.to("graph", objective.id)}>Graph</Link>
      <Link href={`${room.to("board")}?objective=${objective.id}`}>Board</Link>
      {addingTask && <NewTask objective={objective} onClose={() => setAddingTask(false)} />}
      {addingObjective && <AddObjective parent={objective} onClose={() => setAddingObjective(false)} />}
    </div>
  );
}

function KeyResults({ results }: { results: Objective["keyResults"] }) {
  if (results.length === 0) return null;
  return (
    <section>
      <h3>Key results</h3>
      <ul className="key-results">
        {results.map((result) => (
          <KeyResult key={result.id} result={result} />
        ))}
      </ul>
    </section>
  );
}

function KeyResult({ result }: { result: Objective["keyResults"][number] }) {
  const [value, setValue] = useState<string | null>(null);
  const [update, disabled] = useMutation(UpdateKeyResultDocument);

  const save = async () => {
    const current = Number(value);
    if (value === null || value.trim() === "" || Number.isNaN(current)) return;
    if (await update({ id: result.id, current })) setValue(null);
  };

  return (
    <li>
      <div className="line">
        <span className="line-title" title={result.title}>
          {result.title}
        </span>
        <Progress value={result.progress} label={`Progress of ${result.title}`} />
      </div>
      <div className="line soft">
        {value === null ? (
          <>
            <span>
              {formatNumber(result.start)} → {formatNumber(result.target)}
              {result.unit && ` ${result.unit}`}
              {result.progress >= 1 ? ", reached" : `, now ${formatNumber(result.current)}`}
            </span>
            <CanWrite>
              <button type="button" className="quiet" onClick={() => setValue(String(result.current))}>
                Update value
              </button>
            </CanWrite>
          </>
        ) : (
          <form
            className="inline"
            onSubmit={(event) => {
              event.preventDefault();
              void save();
            }}
          >
            <input
              type="number"
              step="any"
              aria-label={`Now, of ${result.title}`}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
            <button type="submit" disabled={disabled}>
              Save
            </button>
            <button type="button" className="quiet" onClick={() => setValue(null)}>
              Cancel
            </button>
          </form>
        )}
      </div>
    </li>
  );
}

function Tasks({ tasks }: { tasks: Objective["tasks"] }) {
  return (
    <section>
      <h3>
        Tasks directly under it <span className="soft">{formatNumber(tasks.totalCount)}</span>
      </h3>
      <ul className="rows">
        {tasks.nodes.map((task) => (
          <li key={task.id}>
            <TaskLine task={task}>
              {task.assignee?.name}
              <TaskState status={task.status} ready={task.ready} stale={task.stale} />
            </TaskLine>
          </li>
        ))}
      </ul>
      {tasks.totalCount > tasks.nodes.length && <p className="soft">The first {tasks.nodes.length} are shown.</p>}
    </section>
  );
}
