import type { EventKind } from "../api/documents";
import type { LogEvent } from "./invalidation";

/** What was done, to stand between who did it and what it was done to. */
const ACTIONS: Record<EventKind, string> = {
  ROOM_CREATED: "created the room",
  ROOM_UPDATED: "changed the room",
  AGENT_JOINED: "joined",
  PRESENCE_CHANGED: "is",
  OBJECTIVE_CREATED: "created",
  OBJECTIVE_UPDATED: "changed",
  OBJECTIVE_MOVED: "moved",
  OBJECTIVE_FINISHED: "finished",
  OBJECTIVE_ARCHIVED: "archived",
  KEY_RESULT_UPDATED: "updated a key result of",
  TASK_CREATED: "created",
  TASK_UPDATED: "changed",
  TASK_ASSIGNED: "assigned",
  TASK_CLAIMED: "claimed",
  TASK_RELEASED: "released",
  TASK_BLOCKED: "is blocked on",
  TASK_UNBLOCKED: "unblocked",
  TASK_STALE: "has no news of",
  TASK_RECLAIMED: "took back",
  TASK_SUBMITTED: "submitted",
  TASK_REVIEWED: "reviewed",
  TASK_DONE: "finished",
  TASK_CANCELLED: "cancelled",
  TASK_REOPENED: "reopened",
  DEPENDENCY_ADDED: "added a dependency to",
  DEPENDENCY_REMOVED: "removed a dependency from",
  COMMENT_ADDED: "commented on",
  MESSAGE_SENT: "sent a message",
  MEMORY_WRITTEN: "wrote a memory",
  RESOURCE_CHANGED: "changed a resource",
  PROPOSAL_OPENED: "proposed",
  PROPOSAL_CLOSED: "closed a proposal",
  VOTE_CAST: "voted",
  REFLECTION_ADDED: "added a reflection",
  INSIGHT_FOUND: "found an insight",
  INSIGHT_CLOSED: "closed an insight",
  DIGEST_POSTED: "posted a digest",
  SCHEDULE_CHANGED: "changed a schedule",
  WEBHOOK_CHANGED: "changed a webhook",
};

export interface EventDescription {
  readonly who: string;
  readonly action: string;
  /** Stands behind what it was done to, or instead of that. */
  readonly detail: string;
}

/** An event of the log in words. */
export function describeEvent(event: LogEvent): EventDescription {
  const data = (event.data ?? {}) as Readonly<Record<string, unknown>>;
  const who = event.actor?.name ?? "Goalroom";
  const action = ACTIONS[event.kind];
  switch (event.kind) {
    case "PRESENCE_CHANGED":
      return { who: event.agent?.name ?? who, action: `is ${String(data.presence ?? "").toLowerCase()}`, detail: "" };
    case "AGENT_JOINED":
      return { who: event.agent?.name ?? who, action, detail: "" };
    case "ROOM_UPDATED":
      if (data.paused === true) return { who, action: "paused the room", detail: "" };
      return { who, action, detail: "" };
    case "TASK_REVIEWED":
      return { who, action: data.verdict === "APPROVED" ? "approved" : "requested changes to", detail: "" };
    case "TASK_ASSIGNED":
      return { who, action, detail: typeof data.assignee === "string" ? `to ${data.assignee}` : "" };
    case "TASK_BLOCKED":
      return { who, action, detail: typeof data.reason === "string" ? data.reason : "" };
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
