import { expect, test } from "vitest";
import { describeEvent } from "./describe-event";
import { logEvent } from "./event.fixture";

test("an event names who did what", () => {
  expect(describeEvent(logEvent({ kind: "TASK_CLAIMED" }))).toEqual({ who: "atlas", action: "claimed", detail: "" });
});

test("what nobody did was done by Goalroom", () => {
  expect(describeEvent(logEvent({ kind: "TASK_STALE", actor: null }))).toEqual({
    who: "Goalroom",
    action: "heard nothing of",
    detail: "",
  });
});

test("presence and joining are told of the agent, whoever caused them", () => {
  const agent = { name: "lyra" };

  expect(describeEvent(logEvent({ kind: "PRESENCE_CHANGED", agent, data: { presence: "OFFLINE" } }))).toEqual({
    who: "lyra",
    action: "is offline",
    detail: "",
  });
  expect(describeEvent(logEvent({ kind: "AGENT_JOINED", agent }))).toEqual({
    who: "lyra",
    action: "joined",
    detail: "",
  });
});

test("a verdict, an assignee and a reason are told", () => {
  const told = (event: Parameters<typeof logEvent>[0]) => {
    const { action, detail } = describeEvent(logEvent(event));
    return [action, detail];
  };

  expect(told({ kind: "TASK_REVIEWED", data: { verdict: "APPROVED" } })).toEqual(["approved", ""]);
  expect(told({ kind: "TASK_REVIEWED", data: { verdict: "CHANGES_REQUESTED" } })).toEqual(["requested changes to", ""]);
  expect(told({ kind: "TASK_ASSIGNED", data: { assignee: "finn" } })).toEqual(["assigned", "to finn"]);
  expect(told({ kind: "TASK_ASSIGNED", data: { assignee: null } })).toEqual(["assigned", ""]);
  expect(told({ kind: "TASK_BLOCKED", data: { reason: "No paint." } })).toEqual(["blocked", "No paint."]);
  expect(told({ kind: "TASK_CANCELLED", data: { reason: "Not needed." } })).toEqual(["cancelled", "Not needed."]);
  expect(told({ kind: "TASK_REOPENED", data: { reason: "It leaks." } })).toEqual(["reopened", "It leaks."]);
  expect(told({ kind: "TASK_RECLAIMED", data: { holder: "finn", reason: "expired" } })).toEqual([
    "reclaimed",
    "from finn: its lease expired",
  ]);
  expect(told({ kind: "ROOM_UPDATED", data: {} })).toEqual(["changed the room", ""]);
});

test("what changed is told, and the new value where it is a word", () => {
  const told = (event: Parameters<typeof logEvent>[0]) => {
    const { action, detail } = describeEvent(logEvent(event));
    return [action, detail];
  };

  expect(told({ kind: "TASK_UPDATED", data: { changes: { priority: "P0", labels: ["db"] } } })).toEqual([
    "changed",
    "priority to P0, labels",
  ]);
  expect(told({ kind: "ROOM_UPDATED", data: { settings: { paused: true } } })).toEqual(["paused the room", ""]);
  expect(told({ kind: "ROOM_UPDATED", data: { settings: { paused: false } } })).toEqual(["resumed the room", ""]);
  expect(told({ kind: "RESOURCE_CHANGED", data: { name: "ci", breaker: "HALF_OPEN", detail: "No quota" } })).toEqual([
    "changed a resource",
    "ci · breaker half-open · No quota",
  ]);
});

test("a vote and a decision are told with what was chosen", () => {
  const told = (event: Parameters<typeof logEvent>[0]) => {
    const { action, detail } = describeEvent(logEvent(event));
    return [action, detail];
  };

  expect(told({ kind: "VOTE_CAST", data: { option: "green" } })).toEqual(["voted on", "green"]);
  expect(told({ kind: "PROPOSAL_CLOSED", data: { status: "DECIDED", outcome: "green" } })).toEqual([
    "decided",
    "green",
  ]);
  expect(told({ kind: "PROPOSAL_CLOSED", data: { status: "DECIDED", outcome: "no", byDefault: true } })).toEqual([
    "decided",
    "no by default",
  ]);
  expect(told({ kind: "PROPOSAL_CLOSED", data: { status: "EXPIRED" } })).toEqual(["closed", "without a decision"]);
  expect(told({ kind: "PROPOSAL_CLOSED", data: { status: "WITHDRAWN" } })).toEqual(["withdrew", ""]);
});

test("a message is told with its text, unless the reader may not see it", () => {
  const message = { id: "M1", body: "It rains.", channel: { name: "general" } };

  expect(describeEvent(logEvent({ kind: "MESSAGE_SENT", message }))).toEqual({
    who: "atlas",
    action: "in #general",
    detail: "It rains.",
  });
  expect(describeEvent(logEvent({ kind: "MESSAGE_SENT", message: { ...message, channel: null } })).action).toBe(
    "to you",
  );
  expect(describeEvent(logEvent({ kind: "MESSAGE_SENT" }))).toEqual({
    who: "atlas",
    action: "sent a direct message",
    detail: "",
  });
});

test("data of an unexpected shape is left out", () => {
  expect(describeEvent(logEvent({ kind: "TASK_BLOCKED", data: null })).detail).toBe("");
  expect(describeEvent(logEvent({ kind: "TASK_ASSIGNED", data: { assignee: 7 } })).detail).toBe("");
});
