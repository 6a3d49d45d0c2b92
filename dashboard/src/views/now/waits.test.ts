import { expect, test } from "vitest";
import type { OpenTaskFragment } from "../../api/documents";
import { absencesOf, behindTasks, causesOf, ownedBy } from "./waits";

type Wait = OpenTaskFragment["waitingOn"][number];

const task = (id: string, waitingOn: readonly Wait[] = [], more: Partial<OpenTaskFragment> = {}): OpenTaskFragment => ({
  id,
  title: id,
  status: "TODO",
  ready: waitingOn.length === 0,
  assignee: null,
  waitingOn: [...waitingOn],
  ...more,
});
const wait = (kind: Wait["kind"], reason: string, more: Partial<Wait> = {}): Wait => ({
  kind,
  reason,
  until: null,
  task: null,
  objective: null,
  ...more,
});
const on = (id: string) => wait("DEPENDENCY", `${id} is unfinished`, { task: { id } });

test("a chain counts for the task that it begins with, and the cause of most comes first", () => {
  const causes = causesOf([
    task("T1"),
    task("T2", [on("T1")]),
    task("T3", [on("T2")]),
    task("T4", [on("T3")]),
    task("T5", [wait("CRITERIA", "it has no criteria yet")]),
  ]);

  expect(causes.map(({ kind, task: first, waiting }) => [kind, first, waiting])).toEqual([
    ["DEPENDENCY", "T1", ["T2", "T3", "T4"]],
    ["CRITERIA", null, ["T5"]],
  ]);
});

test("what waits behind other tasks is summed up, each task once", () => {
  const tasks = [
    task("T1"),
    task("T2", [], { assignee: { name: "ada", presence: "ONLINE", lastSeenAt: null } }),
    task("T3", [on("T1"), on("T2")]),
    task("T4", [on("T1")]),
    task("T5", [wait("CRITERIA", "it has no criteria yet")]),
  ];

  expect(behindTasks(causesOf(tasks), tasks)).toEqual({ waiting: 2, first: 2, free: 1 });
  expect(behindTasks(causesOf([]), [])).toBe(null);
});

test("a task behind one that is blocked for a reason waits for that one", () => {
  const blocked = task("T1", [wait("REASON", "No paint.")], { status: "BLOCKED" });

  expect(causesOf([blocked, task("T2", [on("T1")])])).toEqual([
    { kind: "REASON", reason: "No paint.", task: "T1", objective: null, until: null, waiting: ["T2"] },
  ]);
});

test("all that start later are one cause, and a resource is one by its name", () => {
  const later = (day: number) => wait("SCHEDULE", `it starts no earlier than day ${day}`, { until: `2030-01-0${day}` });
  const causes = causesOf([
    task("T1", [later(1)]),
    task("T2", [later(2)]),
    task("T3", [wait("RESOURCE", "ci: its breaker is open")]),
  ]);

  expect(causes.map(({ kind, waiting }) => [kind, waiting.length])).toEqual([
    ["SCHEDULE", 2],
    ["RESOURCE", 1],
  ]);
});

test("tasks that wait for each other are no endless loop", () => {
  expect(causesOf([task("T1", [on("T2")]), task("T2", [on("T1")])])).toEqual([]);
});

test("what is owned and not in work is counted by owner and state", () => {
  const ada = { assignee: { name: "ada", presence: "ONLINE" as const, lastSeenAt: null } };
  const tasks = [
    task("T1", [], ada),
    task("T2", [on("T1")], ada),
    task("T3", [wait("REASON", "No paint.")], { ...ada, status: "BLOCKED" }),
    task("T4"),
  ];

  expect([...ownedBy(tasks)]).toEqual([["ada", { todo: 1, waiting: 1, blocked: 1 }]]);
});

test("work of who is offline is summed up by owner, whoever owns most first", () => {
  const of = (name: string, presence: "ONLINE" | "OFFLINE") => ({ assignee: { name, presence, lastSeenAt: null } });
  const absences = absencesOf([
    task("T1", [], of("ada", "ONLINE")),
    task("T2", [], of("bob", "OFFLINE")),
    task("T3", [], of("lyra", "OFFLINE")),
    task("T4", [on("T1")], of("lyra", "OFFLINE")),
  ]);

  expect(absences.map(({ name, tasks }) => [name, tasks.length])).toEqual([
    ["lyra", 2],
    ["bob", 1],
  ]);
});
