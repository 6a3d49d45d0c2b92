import { expect, test } from "vitest";
import { logEvent } from "./event.fixture";
import {
  ACTIVITY_CHANGED,
  activityChanges,
  agentEvents,
  anyOf,
  eventKinds,
  eventsOfTask,
  inboxEvents,
  messageEvents,
  taskEvents,
} from "./invalidation";

const task = (id: string) => ({ id, title: "Raise the roof", status: "TODO" as const });

test("a filter accepts whole kinds, and prefixes that end in an underscore", () => {
  const filter = eventKinds("TASK_", "ROOM_UPDATED");

  expect(filter(logEvent({ kind: "TASK_CLAIMED" }))).toBe(true);
  expect(filter(logEvent({ kind: "ROOM_UPDATED" }))).toBe(true);
  expect(filter(logEvent({ kind: "ROOM_CREATED" }))).toBe(false);
  expect(filter(logEvent({ kind: "MESSAGE_SENT" }))).toBe(false);
});

test("a change of activity is no event of any kind", () => {
  for (const filter of [taskEvents, agentEvents, messageEvents, inboxEvents, eventsOfTask("T1")])
    expect(filter(ACTIVITY_CHANGED)).toBe(false);

  expect(activityChanges(ACTIVITY_CHANGED)).toBe(true);
  expect(activityChanges(logEvent({ kind: "PRESENCE_CHANGED" }))).toBe(false);
});

test("several filters together accept what one of them accepts", () => {
  const filter = anyOf(messageEvents, activityChanges);

  expect(filter(ACTIVITY_CHANGED)).toBe(true);
  expect(filter(logEvent({ kind: "MESSAGE_SENT" }))).toBe(true);
  expect(filter(logEvent({ kind: "TASK_DONE" }))).toBe(false);
});

test("the page of a task is outdated by its own events and by those that may end or begin a wait", () => {
  const filter = eventsOfTask("T1");

  expect(filter(logEvent({ kind: "TASK_UPDATED", task: task("T1") }))).toBe(true);
  expect(filter(logEvent({ kind: "TASK_UPDATED", task: task("T2") }))).toBe(false);
  expect(filter(logEvent({ kind: "TASK_CLAIMED", task: task("T2") }))).toBe(false);
  expect(filter(logEvent({ kind: "TASK_DONE", task: task("T2") }))).toBe(true);
  expect(filter(logEvent({ kind: "TASK_REOPENED", task: task("T2") }))).toBe(true);
  expect(filter(logEvent({ kind: "DEPENDENCY_ADDED", task: task("T2") }))).toBe(true);
  expect(filter(logEvent({ kind: "ROOM_UPDATED" }))).toBe(true);
});

test("a change of presence puts nothing into an inbox", () => {
  expect(inboxEvents(logEvent({ kind: "PRESENCE_CHANGED" }))).toBe(false);
  expect(inboxEvents(logEvent({ kind: "MESSAGE_SENT" }))).toBe(true);
  expect(inboxEvents(logEvent({ kind: "TASK_ASSIGNED" }))).toBe(true);
});
