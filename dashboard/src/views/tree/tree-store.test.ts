import { expect, test } from "vitest";
import type { ObjectiveNameFragment } from "../../api/documents";
import { logEvent } from "../../log/event.fixture";
import { ACTIVITY_CHANGED } from "../../log/invalidation";
import { type ChildList, changesTree, isWithin, outdatedLists, treeRows } from "./tree-store";

const objective = { id: "O1", title: "House" };
const name = (id: string): ObjectiveNameFragment => ({ id, title: id, status: "ACTIVE", standing: false });
const lists = new Map<string | null, ChildList>([
  [null, { ids: ["O1", "O2"], total: 3 }],
  ["O1", { ids: ["O3"], total: 1 }],
  ["O3", { ids: ["O4"], total: 1 }],
]);
const names = new Map(["O1", "O2", "O3", "O4"].map((id) => [id, name(id)]));

test("only the children of expanded objectives have rows", () => {
  const row = ({ id, level, position, siblings }: ReturnType<typeof treeRows>[number]) => [
    id,
    level,
    position,
    siblings,
  ];

  expect(treeRows(lists, new Set(["O1"]), names, new Map()).map(row)).toEqual([
    ["O1", 1, 1, 3],
    ["O3", 2, 1, 1],
    ["O2", 1, 2, 3],
    ["null/2", 1, 3, 3],
  ]);
});

test("a row whose page was not fetched has its place, and no name", () => {
  const row = treeRows(lists, new Set(), names, new Map()).at(-1);

  expect(row).toEqual({
    id: "null/2",
    node: null,
    figures: null,
    level: 1,
    position: 3,
    siblings: 3,
    parent: null,
    expanded: false,
  });
});

test("an objective is within itself and within its ancestors", () => {
  expect(isWithin(lists, "O4", "O1")).toBe(true);
  expect(isWithin(lists, "O1", "O1")).toBe(true);
  expect(isWithin(lists, "O1", "O4")).toBe(false);
  expect(isWithin(lists, "O2", "O1")).toBe(false);
});

test("events of tasks change the tree only where the task has an objective", () => {
  expect(changesTree(logEvent({ kind: "TASK_DONE", objective }))).toBe(true);
  expect(changesTree(logEvent({ kind: "TASK_DONE" }))).toBe(false);
  expect(changesTree(logEvent({ kind: "OBJECTIVE_CREATED", objective }))).toBe(true);
  expect(changesTree(logEvent({ kind: "KEY_RESULT_UPDATED", objective }))).toBe(true);
  expect(changesTree(logEvent({ kind: "MESSAGE_SENT" }))).toBe(false);
  expect(changesTree(ACTIVITY_CHANGED)).toBe(false);
});

test("a new objective changes one list, a moved one two, an archived one any", () => {
  expect(outdatedLists(logEvent({ kind: "OBJECTIVE_CREATED", data: { parent: "O1" } }))).toEqual(["O1"]);
  expect(outdatedLists(logEvent({ kind: "OBJECTIVE_CREATED", data: {} }))).toEqual([null]);
  expect(outdatedLists(logEvent({ kind: "OBJECTIVE_MOVED", data: { parent: "O2", previous: "O1" } }))).toEqual([
    "O2",
    "O1",
  ]);
  expect(outdatedLists(logEvent({ kind: "OBJECTIVE_ARCHIVED" }))).toBe("all");
  expect(outdatedLists(logEvent({ kind: "OBJECTIVE_UPDATED", data: { changes: { archived: false } } }))).toBe("all");
  expect(outdatedLists(logEvent({ kind: "OBJECTIVE_UPDATED", data: { changes: {} } }))).toEqual([]);
  expect(outdatedLists(logEvent({ kind: "TASK_UPDATED", data: { changes: { archived: true } } }))).toEqual([]);
});
