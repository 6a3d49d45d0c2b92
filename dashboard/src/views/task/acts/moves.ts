import type { TaskStatus } from "../../../api/documents";

/** Where a task can be put by hand. What agents do to it, such as starting or submitting it, nobody does for them. */
export type Destination = "TODO" | "CANCELLED";

export type Move = "cancel" | "release" | "reopen" | "unblock";

const MOVES: Readonly<Record<TaskStatus, Partial<Record<Destination, Move>>>> = {
  TODO: { CANCELLED: "cancel" },
  DOING: { TODO: "release", CANCELLED: "cancel" },
  BLOCKED: { TODO: "unblock", CANCELLED: "cancel" },
  VALIDATING: { CANCELLED: "cancel" },
  DONE: { TODO: "reopen" },
  CANCELLED: { TODO: "reopen" },
};

/** What puts a task of this status there; undefined where nothing does. */
export function moveTo(status: TaskStatus, destination: Destination): Move | undefined {
  return MOVES[status][destination];
}
