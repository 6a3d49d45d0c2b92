import type { Api } from "../../../api/api";
import { AssignTaskDocument, type HandoffInput, type Priority, UpdateTaskDocument } from "../../../api/documents";
import type { Act, ActTask } from "./perform";

export function prioritising(api: Api, priority: Priority): Act {
  return {
    done: `now ${priority}`,
    run: ({ id }) => api.mutate(UpdateTaskDocument, { input: { id, priority } }),
    undo: (task) => api.mutate(UpdateTaskDocument, { input: { id: task.id, priority: task.priority } }),
  };
}

/** Whether begun work would go to somebody else, who must be told how far it is. */
export function changesHands({ status, assignee }: ActTask, to: string | null): boolean {
  const begun = status === "DOING" || status === "BLOCKED" || status === "VALIDATING";
  return begun && assignee !== null && assignee.name !== to;
}

/** Null is nobody: anyone can claim it. */
export function assigning(api: Api, tasks: readonly ActTask[], assignee: string | null, handoff?: HandoffInput): Act {
  const said = handoff && (handoff.done || handoff.pending) ? handoff : undefined;
  const assign = (task: ActTask, to: string | null) =>
    api.mutate(AssignTaskDocument, {
      input: { task: task.id, assignee: to, ...(said && changesHands(task, to) && { handoff: said }) },
    });
  const act: Act = {
    done: assignee === null ? "for anyone" : `assigned to ${assignee}`,
    run: (task) => assign(task, assignee),
  };
  // Work that changed hands is not given back by itself: that takes a handoff too.
  if (tasks.some((task) => changesHands(task, assignee))) return act;
  return { ...act, undo: (task) => assign(task, task.assignee?.name ?? null) };
}
