import type { EventKind } from "../api/documents";
import { formatDateTime, formatNumber } from "../components/text/format";
import type { Act } from "./acts";
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
  TASK_STALE: "is silent on",
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
  /** Stands behind what it was done to, or instead of that. It may hold Markdown. */
  readonly detail: string;
}

export interface ActDescription extends EventDescription {
  /** The event itself and others of its kind, in the order of the log: what the act did to each. */
  readonly events: readonly LogEvent[];
  /** What came of it, in a few words each. */
  readonly rest: readonly string[];
}

type Data = Readonly<Record<string, unknown>>;
const SERVER = "Goalroom";

/** An event of the log in words. */
export function describeEvent(event: LogEvent): EventDescription {
  const data = objectOf(event.data);
  const who = event.actor?.name ?? SERVER;
  const action = ACTIONS[event.kind];
  const told = (detail: string): EventDescription => ({ who, action, detail });
  switch (event.kind) {
    case "PRESENCE_CHANGED":
      return { who: event.agent?.name ?? who, action: `is ${textOf(data.presence).toLowerCase()}`, detail: "" };
    case "AGENT_JOINED":
      return { who: event.agent?.name ?? who, action, detail: "" };
    case "ROOM_UPDATED":
      return { who, ...roomChange(data) };
    case "TASK_STALE":
      return { who: event.agent?.name ?? (textOf(data.holder) || who), action, detail: "" };
    case "TASK_REVIEWED":
      return {
        who,
        action: data.verdict === "APPROVED" ? "approved" : "requested changes to",
        detail: textOf(data.comment),
      };
    case "TASK_ASSIGNED":
      return { who, ...assignment(data) };
    case "TASK_BLOCKED":
      return told(textOf(data.reason) || idsIn(data.dependsOn, "by "));
    case "TASK_SUBMITTED":
    case "TASK_DONE":
      return told(textOf(data.result));
    case "TASK_CANCELLED":
    case "TASK_REOPENED":
      return told(textOf(data.reason));
    case "TASK_RELEASED":
      return told(data.reason === "left" ? "because its owner left the room" : "");
    case "TASK_CREATED":
      return told(idsIn(data.dependsOn, "blocked by "));
    case "TASK_UNBLOCKED":
      return told(textOf(data.clearedBy) && `after ${textOf(data.clearedBy)}`);
    case "TASK_UPDATED":
    case "OBJECTIVE_UPDATED":
      return told(changesOf(objectOf(data.changes), objectOf(data.previous)));
    case "OBJECTIVE_MOVED":
      return told(`${textOf(data.previous) || "top level"} → ${textOf(data.parent) || "top level"}`);
    case "DEPENDENCY_ADDED":
    case "DEPENDENCY_REMOVED":
      return told(textOf(data.dependsOn) && `on ${textOf(data.dependsOn)}`);
    case "TASK_RECLAIMED":
      return told(reclaimed(data));
    case "KEY_RESULT_UPDATED":
      return told(keyResult(data));
    case "MEMORY_WRITTEN":
      return data.version === 0
        ? { who, action: "forgot a memory", detail: textOf(data.key) }
        : { who, action: event.task || event.objective ? "saved a memory on" : action, detail: textOf(data.key) };
    case "RESOURCE_CHANGED":
      return resource(event.actor?.name ?? null, data);
    case "VOTE_CAST":
      return told(textOf(data.option));
    case "PROPOSAL_CLOSED":
      return { who, ...proposalEnd(data) };
    case "INSIGHT_FOUND":
      return told(textOf(data.title));
    case "INSIGHT_CLOSED":
      return {
        who,
        action: data.status === "PROMOTED" ? "made of an insight" : "dismissed an insight",
        detail: textOf(data.reason),
      };
    case "SCHEDULE_CHANGED":
      return { who, ...scheduleChange(data) };
    case "WEBHOOK_CHANGED":
      return told(
        [textOf(data.change).toLowerCase().replace("_", " "), textOf(data.reason)].filter(Boolean).join(": "),
      );
    case "MESSAGE_SENT":
      if (!event.message) return { who, action: "sent a direct message", detail: "" };
      return {
        who,
        action: event.message.channel ? `in #${event.message.channel.name}` : "to you",
        detail: event.message.body,
      };
    default:
      return told("");
  }
}

/** An act in words: one line, whatever it did. */
export function describeAct({ head, rest }: Act): ActDescription {
  const description = describeEvent(head);
  const others = rest.filter((event) => !saysTheSame(head, event));
  const same = others.filter(({ kind }) => kind === head.kind);
  const unblocked = others.filter(({ kind, task }) => kind === "TASK_UNBLOCKED" && kind !== head.kind && task);
  const told = others.filter((event) => event.kind !== head.kind && !unblocked.includes(event));
  const found = told.map((event) => consequence(head, event));
  if (unblocked.length > 0) found.push(`${listed(unblocked.flatMap(({ task }) => task?.id ?? []))} became ready`);
  return { ...description, events: [head, ...same], rest: shortened([...new Set(found)].filter(Boolean)) };
}

/** Whether the words of the act's head say it already. */
function saysTheSame(head: LogEvent, { kind, task, objective, actor }: LogEvent): boolean {
  // The server announces in its channels what was done.
  if (kind === "MESSAGE_SENT") return head.kind !== "MESSAGE_SENT" && actor === null;
  if (kind === "VOTE_CAST" || kind === "DIGEST_POSTED") return true;
  if (kind !== "COMMENT_ADDED") return false;
  return (
    head.kind !== "COMMENT_ADDED" &&
    head.task?.id === task?.id &&
    (task !== null || head.objective?.id === objective?.id)
  );
}

function consequence(head: LogEvent, event: LogEvent): string {
  const { action, detail } = describeEvent(event);
  const thing = event.task ?? event.objective;
  if (event.kind === "RESOURCE_CHANGED") return [describeEvent(event).who, action, detail].join(" ");
  if (event.kind === "OBJECTIVE_FINISHED") return `${event.objective?.id ?? "an objective"} is finished`;
  if (event.kind === "TASK_DONE" && thing?.id === head.task?.id) return "done";
  const named = thing && thing.id !== head.task?.id ? `${action} ${thing.id}` : action.replace(/ (on|to|from|of)$/, "");
  return detail && event.kind !== "COMMENT_ADDED" ? `${named} ${detail}` : named;
}

const MOST_LISTED = 3;
const MOST_TOLD = 4;

function shortened(texts: readonly string[]): readonly string[] {
  const more = texts.length - MOST_TOLD;
  return more > 0 ? [...texts.slice(0, MOST_TOLD), `and ${formatNumber(more)} more`] : texts;
}

/** `T1, T2, T3 and 4 more`. */
function listed(ids: readonly string[]): string {
  const more = ids.length - MOST_LISTED;
  return ids.slice(0, MOST_LISTED).join(", ") + (more > 0 ? ` and ${formatNumber(more)} more` : "");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function objectOf(value: unknown): Data {
  return typeof value === "object" && value !== null ? (value as Data) : {};
}

function idsIn(value: unknown, before: string): string {
  const ids = Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
  return ids.length > 0 ? before + listed(ids) : "";
}

function roomChange(data: Data): Omit<EventDescription, "who"> {
  const settings = objectOf(data.settings);
  if (data.archived === true) return { action: "archived the room", detail: "" };
  if (data.archived === false) return { action: "brought back the room", detail: "" };
  if (settings.paused === true) return { action: "paused the room", detail: "" };
  if (settings.paused === false) return { action: "resumed the room", detail: "" };
  const changes = { ...(typeof data.title === "string" && { title: data.title }), ...settings };
  return { action: ACTIONS.ROOM_UPDATED, detail: changesOf(changes, objectOf(data.previous)) };
}

function assignment({ assignee, reviewer, previous }: Data): Omit<EventDescription, "who"> {
  const before = objectOf(previous);
  const from = textOf(before.assignee);
  const to = textOf(assignee);
  const moved = to !== from || !("assignee" in before);
  const reviews = textOf(reviewer) !== textOf(before.reviewer) && textOf(reviewer);
  const detail = [
    moved && (from && to ? `${from} → ${to}` : to && `to ${to}`),
    reviews && `reviewer: ${textOf(reviewer)}`,
  ].filter(Boolean);
  if (!to && from) return { action: "unassigned", detail: [`from ${from}`, ...detail].join(", ") };
  return { action: ACTIONS.TASK_ASSIGNED, detail: detail.join(", ") };
}

// Of these the log keeps the text, which is too long for a line.
const LONG_TEXTS = new Set(["description", "instructions", "notes", "criteria"]);
const NAME_PARTS = /(?<=[a-z])(?=[A-Z])/;
const INSTANT = /^\d{4}-\d\d-\d\dT/;

/** `priority P2 → P0, description`: from and to where the log has both, else the new value. */
function changesOf(changes: Data, previous: Data): string {
  return Object.entries(changes)
    .map(([name, value]) => {
      const words = name.split(NAME_PARTS).join(" ").toLowerCase();
      if (name === "reason" && value === null) return "took the reason back";
      const to = LONG_TEXTS.has(name) ? "" : valueText(value);
      if (name in previous) return `${words} ${valueText(previous[name]) || "none"} → ${to || "none"}`;
      return to ? `${words} → ${to}` : words;
    })
    .join(", ");
}

function valueText(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  const text = textOf(value);
  return INSTANT.test(text) ? formatDateTime(text) : text;
}

function reclaimed({ holder, reason }: Data): string {
  if (!textOf(holder)) return "";
  const why = { expired: "its lease expired", stale: "no progress" }[textOf(reason)];
  return `from ${textOf(holder)}${why ? `: ${why}` : ""}`;
}

function keyResult({ title, current, previous, note }: Data): string {
  if (typeof current !== "number") return "";
  const before = objectOf(previous).current;
  const value = typeof before === "number" ? `${valueText(before)} → ${valueText(current)}` : valueText(current);
  return [`${textOf(title)}: ${value}`, textOf(note)].filter(Boolean).join(" · ");
}

/** `ci: breaker opened (3 failures)`: it happened to the resource, unless a person did it. */
function resource(actor: string | null, { name, breaker, failures, detail }: Data): EventDescription {
  const state = { OPEN: "opened", HALF_OPEN: "lets one try", CLOSED: "is closed" }[textOf(breaker)] ?? "changed";
  const count =
    breaker === "OPEN" && typeof failures === "number" ? `${failures} ${failures === 1 ? "failure" : "failures"}` : "";
  const more = [count, textOf(detail)].filter(Boolean).join(" · ");
  const by = actor && breaker === "CLOSED" ? `by ${actor}` : "";
  return { who: textOf(name) || SERVER, action: `breaker ${state}`, detail: [by, more].filter(Boolean).join(" · ") };
}

function proposalEnd({ status, outcome, byDefault }: Data): Omit<EventDescription, "who"> {
  if (status === "WITHDRAWN") return { action: "withdrew", detail: "" };
  if (status === "EXPIRED") return { action: "closed", detail: "without a decision" };
  return { action: "decided", detail: `${textOf(outcome)}${byDefault === true ? " by default" : ""}` };
}

function scheduleChange({ change, title, reason }: Data): Omit<EventDescription, "who"> {
  const action = {
    CREATED: "created schedule",
    DELETED: "deleted schedule",
    PASSED_OVER: "passed over schedule",
    FAILED: "can't go on with schedule",
  }[textOf(change)];
  return { action: action ?? "changed schedule", detail: [textOf(title), textOf(reason)].filter(Boolean).join(": ") };
}
