import type { EventKind } from "../api/documents";
import type { LogEvent } from "./invalidation";

/** What somebody did at once: the events of one transaction, the one that says what it was first. */
export interface Act {
  readonly head: LogEvent;
  /** What came with it, in the order of the log. */
  readonly rest: readonly LogEvent[];
}

// What says more of an act than what came of it, or led to it. All others stand between these two lists.
const FIRST: readonly EventKind[] = [
  "PROPOSAL_CLOSED",
  "PROPOSAL_OPENED",
  "VOTE_CAST",
  "TASK_REVIEWED",
  "TASK_SUBMITTED",
  "TASK_DONE",
  "TASK_CANCELLED",
  "TASK_REOPENED",
  "OBJECTIVE_CREATED",
  "OBJECTIVE_MOVED",
  "KEY_RESULT_UPDATED",
  "INSIGHT_CLOSED",
  "REFLECTION_ADDED",
  "TASK_RECLAIMED",
  "TASK_BLOCKED",
];
const LAST: readonly EventKind[] = [
  "OBJECTIVE_FINISHED",
  "TASK_UNBLOCKED",
  "DEPENDENCY_ADDED",
  "RESOURCE_CHANGED",
  "COMMENT_ADDED",
  "MESSAGE_SENT",
];

/**
 * The events by act, in the same order, which may be that of the log or the newest first. What one transaction wrote has
 * the same time to the microsecond.
 */
export function actsOf(events: readonly LogEvent[]): readonly Act[] {
  const acts: LogEvent[][] = [];
  for (const event of events) {
    const act = acts.at(-1);
    const last = act?.at(-1);
    if (act && last?.at === event.at && isOneActor([...act, event])) act.push(event);
    else acts.push([event]);
  }
  return acts.map((act) => {
    const head = act.reduce((best, event) => (rank(event.kind) < rank(best.kind) ? event : best));
    return { head, rest: act.filter((event) => event !== head) };
  });
}

/** What the server does in the course of somebody's act has no actor. */
function isOneActor(events: readonly LogEvent[]): boolean {
  return new Set(events.flatMap(({ actor }) => actor?.name ?? [])).size <= 1;
}

function rank(kind: EventKind): number {
  const first = FIRST.indexOf(kind);
  if (first >= 0) return first;
  const last = LAST.indexOf(kind);
  return FIRST.length + (last >= 0 ? 1 + last : 0);
}
