import { expect, test } from "vitest";
import { actsOf } from "./acts";
import { describeAct, describeEvent } from "./describe-event";
import { logEvent } from "./event.fixture";

test("an event names who did what", () => {
  expect(describeEvent(logEvent({ kind: "TASK_CLAIMED" }))).toEqual({ who: "atlas", action: "claimed", detail: "" });
});

test("what nobody did was done by Goalroom", () => {
  expect(describeEvent(logEvent({ kind: "TASK_RELEASED", actor: null, data: { reason: "left" } }))).toEqual({
    who: "Goalroom",
    action: "released",
    detail: "because its owner left the room",
  });
});

test("presence, silence and joining are told of the agent, whoever caused them", () => {
  const agent = { name: "lyra" };

  expect(describeEvent(logEvent({ kind: "TASK_STALE", actor: null, agent }))).toEqual({
    who: "lyra",
    action: "is silent on",
    detail: "",
  });
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
  expect(
    told({ kind: "TASK_ASSIGNED", data: { assignee: "finn", reviewer: "bob", previous: { assignee: "lyra" } } }),
  ).toEqual(["assigned", "lyra → finn, reviewer: bob"]);
  expect(told({ kind: "TASK_ASSIGNED", data: { assignee: null, previous: { assignee: "lyra" } } })).toEqual([
    "unassigned",
    "from lyra",
  ]);
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
    "priority → P0, labels → db",
  ]);
  expect(
    told({
      kind: "TASK_UPDATED",
      data: { changes: { priority: "P0", dueAt: null }, previous: { priority: "P2", dueAt: "2026-03-01T10:00:00Z" } },
    }),
  ).toEqual(["changed", expect.stringMatching(/^priority P2 → P0, due at 1 Mar 2026, .* → none$/)]);
  expect(told({ kind: "OBJECTIVE_MOVED", data: { previous: "O1", parent: null } })).toEqual([
    "moved objective",
    "O1 → top level",
  ]);
  expect(
    told({ kind: "KEY_RESULT_UPDATED", data: { title: "Rooms", current: 3, previous: { current: 1 }, note: "Wow" } }),
  ).toEqual(["updated a key result of", "Rooms: 1 → 3 · Wow"]);
  expect(told({ kind: "ROOM_UPDATED", data: { settings: { paused: true } } })).toEqual(["paused the room", ""]);
  expect(told({ kind: "ROOM_UPDATED", data: { settings: { paused: false } } })).toEqual(["resumed the room", ""]);
  const archived = { archived: true, settings: { paused: true } };
  expect(told({ kind: "ROOM_UPDATED", data: archived })).toEqual(["archived the room", ""]);
  expect(told({ kind: "ROOM_UPDATED", data: { archived: false } })).toEqual(["brought back the room", ""]);
  expect(
    describeEvent(
      logEvent({ kind: "RESOURCE_CHANGED", data: { name: "ci", breaker: "OPEN", failures: 3, detail: "No quota" } }),
    ),
  ).toEqual({ who: "ci", action: "breaker opened", detail: "3 failures · No quota" });
  expect(describeEvent(logEvent({ kind: "RESOURCE_CHANGED", data: { name: "ci", breaker: "CLOSED" } }))).toEqual({
    who: "ci",
    action: "breaker is closed",
    detail: "by atlas",
  });
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

test("a review and what came of it are one line", () => {
  const task = { id: "T1", title: "Raise the roof", status: "DONE" as const };
  const next = { id: "T2", title: "Paint it", status: "TODO" as const };
  const at = "2026-03-01T10:00:00.000001+00:00";
  const acts = actsOf([
    logEvent({ kind: "COMMENT_ADDED", task, at }),
    logEvent({ kind: "TASK_REVIEWED", task, at, data: { verdict: "APPROVED", comment: "It holds." } }),
    logEvent({ kind: "TASK_DONE", task, at }),
    logEvent({ kind: "MESSAGE_SENT", actor: null, at }),
    logEvent({ kind: "TASK_UNBLOCKED", task: next, at, data: { clearedBy: "T1", ready: true } }),
  ]);

  expect(acts).toHaveLength(1);
  expect(acts.map(describeAct)).toMatchObject([
    { who: "atlas", action: "approved", detail: "It holds.", rest: ["done", "T2 became ready"] },
  ]);
});

test("many of a kind at once are one line that names them", () => {
  const made = [1, 2, 3].map((number) =>
    logEvent({ kind: "TASK_CREATED", task: { id: `T${number}`, title: "Task", status: "TODO" } }),
  );

  expect(actsOf(made).map(describeAct)).toEqual([
    { who: "atlas", action: "created", detail: "", events: made, rest: [] },
  ]);
});

test("data of an unexpected shape is left out", () => {
  expect(describeEvent(logEvent({ kind: "TASK_BLOCKED", data: null })).detail).toBe("");
  expect(describeEvent(logEvent({ kind: "TASK_ASSIGNED", data: { assignee: 7 } })).detail).toBe("");
});
