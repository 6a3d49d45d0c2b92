import type { EventKind } from "../api/documents";
import type { LogEvent } from "./invalidation";

/** What was done, to stand between who did it and what it was done to. */
const ACTIONS: Record<EventKind, string> = {
  ROOM_CREATED: "created the room",
  ROOM_UPDATED: "changed the room",
  AGENT_JOINED: "joined",
  PRESENCE_CHANGED: "is",
  OBJECTIVE_CREATED: "created objective",
  OBJECTIVE_UPDATED: "changed objective",
  OBJECTIVE_MOVED: "moved objective",
  OBJECTIVE_FINISHED: "finished objective",
  OBJECTIVE_ARCHIVED: "archived objective",
  KEY_RESULT_UPDATED: "updated a key result of",
  TASK_CREATED: "created",
  TASK_UPDATED: "changed",
  TASK_ASSIGNED: "assigned",
  TASK_CLAIMED: "claimed",
  TASK_RELEASED: "released",
  TASK_BLOCKED: "blocked",
  TASK_UNBLOCKED: "unblocked",
  TASK_STALE: "heard nothing of",
  TASK_RECLAIMED: "reclaimed",
  TASK_SUBMITTED: "submitted",
  TASK_REVIEWED: "reviewed",
  TASK_DONE: "finished",
  TASK_CANCELLED: "cancelled",
  TASK_REOPENED: "reopened",
  DEPENDENCY_ADDED: "added a dependency to",
  DEPENDENCY_REMOVED: "removed a dependency from",
  COMMENT_ADDED: "commented on",
  MESSAGE_SENT: "sent a message",
  MEMORY_WRITTEN: "saved a memory",
  RESOURCE_CHANGED: "changed a resource",
  PROPOSAL_OPENED: "asked",
  PROPOSAL_CLOSED: "closed",
  VOTE_CAST: "voted on",
  REFLECTION_ADDED: "reflected on",
  INSIGHT_FOUND: "found an insight",
  INSIGHT_CLOSED: "closed an insight",
  DIGEST_POSTED: "posted a digest",
  SCHEDULE_CHANGED: "changed a schedule",
  WEBHOOK_CHANGED: "changed a webhook",
};

/** All kinds of events, in the order in which they are listed to choose from. */
export const EVENT_KINDS = Object.keys(ACTIONS) as readonly EventKind[];

export interface EventDescription {
  readonly who: string;
  readonly action: string;
  /** Stands behind what it was done to, or instead of that. */
  readonly detail: string;
}

type Data = Readonly<Record<string, unknown>>;

/** An event of the log in words. */
export function describeEvent(event: LogEvent): EventDescription {
  const data = objectOf(event.data);
  const who = event.actor?.name ?? "Goalroom";
  const action = ACTIONS[event.kind];
  switch (event.kind) {
    case "PRESENCE_CHANGED":
      return { who: event.agent?.name ?? who, action: `is ${textOf(data.presence).toLowerCase()}`, detail: "" };
    case "AGENT_JOINED":
      return { who: event.agent?.name ?? who, action, detail: "" };
    case "ROOM_UPDATED":
      return { who, ...roomChange(objectOf(data.settings)) };
    case "TASK_REVIEWED":
      return { who, action: data.verdict === "APPROVED" ? "approved" : "requested changes to", detail: "" };
    case "TASK_ASSIGNED":
      return { who, action, detail: textOf(data.assignee) && `to ${textOf(data.assignee)}` };
    case "TASK_BLOCKED":
    case "TASK_CANCELLED":
    case "TASK_REOPENED":
      return { who, action, detail: textOf(data.reason) };
    case "TASK_UPDATED":
    case "OBJECTIVE_UPDATED":
      return { who, action, detail: changesOf(objectOf(data.changes)) };
    case "TASK_RECLAIMED":
      return { who, action, detail: reclaimed(data) };
    case "KEY_RESULT_UPDATED":
      return { who, action, detail: typeof data.current === "number" ? `${textOf(data.title)}: ${data.current}` : "" };
    case "RESOURCE_CHANGED":
      return { who, action, detail: resource(data) };
    case "VOTE_CAST":
      return { who, action, detail: textOf(data.option) };
    case "PROPOSAL_CLOSED":
      return { who, ...proposalEnd(data) };
    case "MESSAGE_SENT":
      if (!event.message) return { who, action: "sent a direct message", detail: "" };
      return {
        who,
        action: event.message.channel ? `in #${event.message.channel.name}` : "to you",
        detail: event.message.body,
      };
    default:
      return { who, action, detail: "" };
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function objectOf(value: unknown): Data {
  return typeof value === "object" && value !== null ? (value as Data) : {};
}

function roomChange(settings: Data): Omit<EventDescription, "who"> {
  if (settings.paused === true) return { action: "paused the room", detail: "" };
  if (settings.paused === false) return { action: "resumed the room", detail: "" };
  return { action: ACTIONS.ROOM_UPDATED, detail: "" };
}

/** `priority to P0, description`: the values of those that are a word. */
function changesOf(changes: Data): string {
  const worded = new Set(["priority", "status", "title", "track"]);
  return Object.entries(changes)
    .map(([name, value]) => (worded.has(name) && typeof value === "string" ? `${name} to ${value}` : name))
    .join(", ");
}

function reclaimed({ holder, reason }: Data): string {
  if (!textOf(holder)) return "";
  const why = { expired: "its lease expired", stale: "no progress" }[textOf(reason)];
  return `from ${textOf(holder)}${why ? `: ${why}` : ""}`;
}

function resource({ name, breaker, detail }: Data): string {
  const state = textOf(breaker).toLowerCase().replace("_", "-");
  return [textOf(name), state && `breaker ${state}`, textOf(detail)].filter(Boolean).join(" · ");
}

function proposalEnd({ status, outcome, byDefault }: Data): Omit<EventDescription, "who"> {
  if (status === "WITHDRAWN") return { action: "withdrew", detail: "" };
  if (status === "EXPIRED") return { action: "closed", detail: "without a decision" };
  return { action: "decided", detail: `${textOf(outcome)}${byDefault === true ? " by default" : ""}` };
}
