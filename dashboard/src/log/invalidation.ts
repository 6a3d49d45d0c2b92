import type { EventKind, LogLineFragment } from "../api/documents";

export type LogEvent = LogLineFragment;

/** What an agent says that it does changed; that stands in no log. */
export const DOING = "DOING";

/** What a view hears of: a line of the log, or that somebody does something else now. */
export type News = LogEvent | typeof DOING;

/** Whether a view's numbers may be others now. */
export type Concern = (news: News) => boolean;

export function ofKinds(...prefixes: readonly (EventKind | `${string}_`)[]): Concern {
  return (news) =>
    news !== DOING &&
    prefixes.some((prefix) => (prefix.endsWith("_") ? news.kind.startsWith(prefix) : news.kind === prefix));
}

export function anyOf(...concerns: readonly Concern[]): Concern {
  return (news) => concerns.some((concern) => concern(news));
}

export const ofTasks = ofKinds("TASK_", "DEPENDENCY_", "ROOM_UPDATED", "OBJECTIVE_UPDATED");
export const ofObjectives = ofKinds("OBJECTIVE_", "KEY_RESULT_UPDATED", "TASK_");
export const ofAgents = ofKinds("AGENT_JOINED", "PRESENCE_CHANGED");
export const ofDoings: Concern = (news) => news === DOING;
export const ofTheRoom = ofKinds("ROOM_UPDATED");
export const ofMessages = ofKinds("MESSAGE_SENT");

/** What concerns one task: itself, what it waits for and what waits for it can't be told apart, so ask again for those too. */
export function ofTask(id: string): Concern {
  return (news) => news !== DOING && (news.task?.id === id || news.kind.startsWith("DEPENDENCY_") || isEnd(news));
}

const ENDS: ReadonlySet<EventKind> = new Set([
  "TASK_DONE",
  "TASK_CANCELLED",
  "TASK_REOPENED",
  "TASK_UNBLOCKED",
  "ROOM_UPDATED",
]);

function isEnd(event: LogEvent): boolean {
  return ENDS.has(event.kind);
}
