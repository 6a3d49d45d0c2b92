import type { EventKind, LogLineFragment } from "../api/documents";

export type LogEvent = LogLineFragment;

/** An agent's activity changed. Activities are pushed beside the log, and are not events of it. */
export const ACTIVITY_CHANGED = "ACTIVITY_CHANGED";

/** What may make data on the page outdated. */
export type LogChange = LogEvent | typeof ACTIVITY_CHANGED;

/** Whether a change may make the data of a query outdated, so that it must be asked again. */
export type ChangeFilter = (change: LogChange) => boolean;

/** Events of these kinds, or of all kinds with these prefixes, which end in `_`. */
export function eventKinds(...kinds: readonly (EventKind | `${string}_`)[]): ChangeFilter {
  return (change) =>
    change !== ACTIVITY_CHANGED &&
    kinds.some((kind) => (kind.endsWith("_") ? change.kind.startsWith(kind) : change.kind === kind));
}

export function anyOf(...filters: readonly ChangeFilter[]): ChangeFilter {
  return (change) => filters.some((filter) => filter(change));
}

export const taskEvents = eventKinds("TASK_", "DEPENDENCY_", "ROOM_UPDATED", "OBJECTIVE_UPDATED");
export const objectiveEvents = eventKinds("OBJECTIVE_", "KEY_RESULT_UPDATED", "TASK_");
export const agentEvents = eventKinds("AGENT_JOINED", "PRESENCE_CHANGED");
export const roomUpdates = eventKinds("ROOM_UPDATED");
export const messageEvents = eventKinds("MESSAGE_SENT");
export const proposalEvents = eventKinds("PROPOSAL_", "VOTE_CAST");
export const insightEvents = eventKinds("REFLECTION_ADDED", "INSIGHT_");
export const scheduleEvents = eventKinds("SCHEDULE_CHANGED", "TASK_CREATED", "TASK_DONE", "TASK_CANCELLED");
export const resourceEvents = eventKinds("RESOURCE_CHANGED", "TASK_");
export const webhookEvents = eventKinds("WEBHOOK_CHANGED");
export const activityChanges: ChangeFilter = (change) => change === ACTIVITY_CHANGED;

/** Every event: what is sent to a webhook, and becomes a delivery. */
export const allEvents: ChangeFilter = (change) => change !== ACTIVITY_CHANGED;

/** Any event but a change of presence may put an item into an inbox. */
export const inboxEvents: ChangeFilter = (change) => change !== ACTIVITY_CHANGED && change.kind !== "PRESENCE_CHANGED";

/**
 * Events that may change the page of one task: its own, and those of tasks that it depends on or that depend on it. An
 * event does not say which tasks those are, so each event that may end or begin a wait counts.
 */
export function eventsOfTask(id: string): ChangeFilter {
  return (change) =>
    change !== ACTIVITY_CHANGED &&
    (change.task?.id === id || change.kind.startsWith("DEPENDENCY_") || CHANGES_WAITS.has(change.kind));
}

/** Events of one proposal. */
export function eventsOfProposal(id: string): ChangeFilter {
  return (change) => change !== ACTIVITY_CHANGED && change.proposal?.id === id;
}

const CHANGES_WAITS: ReadonlySet<EventKind> = new Set([
  "TASK_DONE",
  "TASK_CANCELLED",
  "TASK_REOPENED",
  "TASK_UNBLOCKED",
  "PROPOSAL_OPENED",
  "PROPOSAL_CLOSED",
  "ROOM_UPDATED",
]);
