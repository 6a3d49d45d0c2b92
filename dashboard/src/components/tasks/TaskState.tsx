import type { TaskStatus } from "../../api/documents";

type State = TaskStatus | "READY" | "STALE";

const LABELS: Record<State, string> = {
  TODO: "To do",
  READY: "Ready",
  DOING: "Doing",
  STALE: "Stale",
  BLOCKED: "Blocked",
  VALIDATING: "In review",
  DONE: "Done",
  CANCELLED: "Cancelled",
};

interface TaskStateProps {
  readonly status: TaskStatus;
  readonly ready?: boolean | undefined;
  readonly stale?: boolean | undefined;
}

/** The status of a task, or that it is ready or stale, as a coloured label. */
export function TaskState(props: TaskStateProps) {
  return (
    <span className="state" data-state={stateOf(props)}>
      {stateLabel(props)}
    </span>
  );
}

/** The status of a task, or that it is ready or stale, in a word. */
export function stateLabel(props: TaskStateProps): string {
  return LABELS[stateOf(props)];
}

function stateOf({ status, ready = false, stale = false }: TaskStateProps): State {
  return status === "TODO" && ready ? "READY" : status === "DOING" && stale ? "STALE" : status;
}
