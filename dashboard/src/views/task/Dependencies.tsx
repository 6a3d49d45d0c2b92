import { useState } from "react";
import { Link } from "wouter";
import {
  AddDependencyDocument,
  type DependencyInput,
  type DependencyKind,
  RemoveDependencyDocument,
  type TaskRefFragment,
} from "../../api/documents";
import { Refusal } from "../../api/refusal";
import { FieldError } from "../../components/forms/FieldError";
import { Panel } from "../../components/Panel";
import { ThingPicker } from "../../components/pickers/ThingPicker";
import { TaskLine } from "../../components/tasks/TaskLine";
import { TaskState } from "../../components/tasks/TaskState";
import { useRoom } from "../../layout/room";
import { useToasts } from "../../layout/Toasts";
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

/** What the task waits for and is otherwise related to, and what waits for it. */
export function Dependencies({ task }: { task: Task }) {
  const room = useRoom();
  const { canWrite } = useSession();
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
        {task.dependencies.map(({ kind, dependsOn }) => (
          <Edge
            key={`${kind} ${dependsOn.id}`}
            label={DEPENDENCY_LABELS[kind]}
            other={dependsOn}
            edge={{ task: task.id, dependsOn: dependsOn.id, kind }}
          />
        ))}
        {task.dependents.map(({ kind, task: other }) => (
          <Edge
            key={`${kind} of ${other.id}`}
            label={DEPENDENT_LABELS[kind]}
            other={other}
            edge={{ task: other.id, dependsOn: task.id, kind }}
          />
        ))}
      </ul>
      {canWrite && <AddDependency task={task} />}
    </Panel>
  );
}

function Edge({ label, other, edge }: { label: string; other: TaskRefFragment; edge: DependencyInput }) {
  const { canWrite } = useSession();
  const { showSuccess } = useToasts();
  const [remove, removing] = useMutation(RemoveDependencyDocument);
  const [add] = useMutation(AddDependencyDocument);
  const removeWithUndo = async () => {
    if (await remove({ input: edge })) showSuccess("The dependency was removed.", () => void add({ input: edge }));
  };
  return (
    <li>
      <p className="soft small">{label}</p>
      <TaskLine task={other}>
        <TaskState status={other.status} ready={other.ready} stale={other.stale} />
        {canWrite && (
          <button
            type="button"
            className="quiet"
            disabled={removing}
            aria-label={`Remove: ${label} ${other.id}`}
            title="Remove the dependency"
            onClick={removeWithUndo}
          >
            ×
          </button>
        )}
      </TaskLine>
    </li>
  );
}

function AddDependency({ task }: { task: Task }) {
  const { api } = useSession();
  const { showSuccess } = useToasts();
  const [kind, setKind] = useState<DependencyKind>("BLOCKS");
  const [remove] = useMutation(RemoveDependencyDocument);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const add = async (dependsOn: string) => {
    const input = { task: task.id, dependsOn, kind };
    setRefusal(null);
    try {
      await api.mutate(AddDependencyDocument, { input });
      showSuccess(`${DEPENDENCY_LABELS[kind]} ${dependsOn}.`, () => void remove({ input }));
    } catch (error) {
      setRefusal(Refusal.fromUnknown(error));
    }
  };
  return (
    <div className="padded add-dependency">
      <div className="inline">
        <select
          aria-label="Kind of dependency"
          value={kind}
          onChange={(event) => setKind(event.target.value as DependencyKind)}
        >
          {Object.entries(DEPENDENCY_LABELS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <ThingPicker
          label="Add dependency"
          placeholder="Add: title or id of a task"
          kind="task"
          value={[]}
          without={[task.id]}
          onChange={([other]) => other && void add(other.id)}
        />
      </div>
      <FieldError refusal={refusal} />
    </div>
  );
}
