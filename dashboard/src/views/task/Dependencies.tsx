import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import {
  AddDependencyDocument,
  type DependencyKind,
  RemoveDependencyDocument,
  type TaskRefFragment,
} from "../../api/documents";
import { Panel } from "../../components/Panel";
import { TaskLine } from "../../components/TaskLine";
import { TaskState } from "../../components/TaskState";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { useSession } from "../../session/session";
import type { Task } from "./task";

const DEPENDENCY_LABELS: Record<DependencyKind, string> = {
  BLOCKS: "Blocked by",
  RELATED: "Related to",
  DISCOVERED_FROM: "Discovered from",
  DUPLICATES: "Duplicate of",
};
const DEPENDENT_LABELS: Record<DependencyKind, string> = {
  BLOCKS: "Blocks",
  RELATED: "Related to",
  DISCOVERED_FROM: "Led to",
  DUPLICATES: "Duplicated by",
};

/** What the task waits for, and what waits for it. */
export function Dependencies({ task }: { task: Task }) {
  const room = useRoom();
  const { canWrite } = useSession();
  const [remove, disabled] = useMutation(RemoveDependencyDocument);
  const count = task.dependencies.length + task.dependents.length;
  const graph = (
    <Link className="panel-link" href={room.to("graph", task.id)}>
      Graph
    </Link>
  );
  return (
    <Panel title="Dependencies" action={graph}>
      {count === 0 && <p className="empty">No dependencies.</p>}
      <ul className="lines">
        {task.dependencies.map(({ kind, open, dependsOn }) => (
          <Edge key={`${kind} ${dependsOn.id}`} label={DEPENDENCY_LABELS[kind]} other={dependsOn}>
            {kind === "BLOCKS" && open && canWrite && (
              <button
                type="button"
                className="quiet"
                disabled={disabled}
                aria-label={`Remove the dependency on ${dependsOn.id}`}
                title="Remove the dependency"
                onClick={() => remove({ task: task.id, dependsOn: dependsOn.id })}
              >
                ×
              </button>
            )}
          </Edge>
        ))}
        {task.dependents.map(({ kind, task: other }) => (
          <Edge key={`${kind} of ${other.id}`} label={DEPENDENT_LABELS[kind]} other={other} />
        ))}
      </ul>
      {canWrite && <AddDependency task={task} />}
    </Panel>
  );
}

function Edge({ label, other, children }: { label: string; other: TaskRefFragment; children?: React.ReactNode }) {
  return (
    <li>
      <p className="soft small">{label}</p>
      <TaskLine task={other}>
        <TaskState status={other.status} ready={other.ready} stale={other.stale} />
        {children}
      </TaskLine>
    </li>
  );
}

function AddDependency({ task }: { task: Task }) {
  const [id, setId] = useState("");
  const [add, disabled] = useMutation(AddDependencyDocument);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await add({ task: task.id, dependsOn: id.trim().toUpperCase() })) setId("");
  };
  return (
    <form className="inline padded" onSubmit={submit}>
      <input
        aria-label="Id of the task to wait for"
        placeholder="T…"
        required
        size={8}
        value={id}
        onChange={(event) => setId(event.target.value)}
      />
      <button type="submit" disabled={disabled}>
        Add dependency
      </button>
    </form>
  );
}
