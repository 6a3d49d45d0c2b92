import type { EventKind } from "../api/documents";
import type { LogEvent } from "./invalidation";

/** What somebody did, between their name and the thing. */
const DEEDS: Record<EventKind, string> = {
  ROOM_CREATED: "made the room",
  ROOM_UPDATED: "changed the room",
  AGENT_JOINED: "let in",
  PRESENCE_CHANGED: "is",
  OBJECTIVE_CREATED: "set the goal",
  OBJECTIVE_UPDATED: "changed",
  OBJECTIVE_MOVED: "moved",
  OBJECTIVE_FINISHED: "finished",
  OBJECTIVE_ARCHIVED: "archived",
  KEY_RESULT_UPDATED: "measured",
  TASK_CREATED: "made",
  TASK_UPDATED: "changed",
  TASK_ASSIGNED: "assigned",
  TASK_CLAIMED: "claimed",
  TASK_RELEASED: "released",
  TASK_BLOCKED: "is blocked on",
  TASK_UNBLOCKED: "cleared",
  TASK_STALE: "hears nothing of",
  TASK_RECLAIMED: "took back",
  TASK_SUBMITTED: "submitted",
  TASK_REVIEWED: "reviewed",
  TASK_DONE: "finished",
  TASK_CANCELLED: "cancelled",
  TASK_REOPENED: "reopened",
  DEPENDENCY_ADDED: "made wait",
  DEPENDENCY_REMOVED: "freed",
  COMMENT_ADDED: "commented on",
  MESSAGE_SENT: "said",
  MEMORY_WRITTEN: "remembered",
  RESOURCE_CHANGED: "changed a resource",
  PROPOSAL_OPENED: "proposed",
  PROPOSAL_CLOSED: "closed a proposal",
  REFLECTION_ADDED: "reflected",
  INSIGHT_FOUND: "found an insight",
  DIGEST_POSTED: "posted a digest",
};

export interface Sentence {
  readonly who: string;
  readonly deed: string;
  /** Said behind the thing, or instead of one. */
  readonly more: string;
}

/** One line of the log, as a person would tell it. */
export function sentence(event: LogEvent): Sentence {
  const said = (event.data ?? {}) as Readonly<Record<string, unknown>>;
  const who = event.actor?.name ?? "Goalroom";
  const deed = DEEDS[event.kind];
  switch (event.kind) {
    case "PRESENCE_CHANGED":
      return { who: event.agent?.name ?? who, deed: `is ${String(said.presence ?? "").toLowerCase()}`, more: "" };
    case "AGENT_JOINED":
      return { who: event.agent?.name ?? who, deed: "came in", more: "" };
    case "ROOM_UPDATED":
      if (said.paused === true) return { who, deed: "paused the room", more: "" };
      return { who, deed, more: "" };
    case "TASK_REVIEWED":
      return { who, deed: said.verdict === "APPROVED" ? "approved" : "asked for changes of", more: "" };
    case "TASK_ASSIGNED":
      return { who, deed, more: typeof said.assignee === "string" ? `to ${said.assignee}` : "" };
    case "TASK_BLOCKED":
      return { who, deed, more: typeof said.reason === "string" ? said.reason : "" };
    case "MESSAGE_SENT":
      if (!event.message) return { who, deed: "sent a direct message", more: "" };
      return {
        who,
        deed: event.message.channel ? `in #${event.message.channel.name}` : "to you",
        more: event.message.body,
      };
    default:
      return { who, deed, more: "" };
  }
}
