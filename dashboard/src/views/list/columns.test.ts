import { expect, test } from "vitest";
import type { ListRowFragment } from "../../api/documents";
import { columnsOf, grouped, sorted } from "./columns";

const row = (id: string, more: Partial<ListRowFragment> = {}): ListRowFragment => ({
  id,
  title: id,
  status: "TODO",
  ready: true,
  stale: false,
  priority: "P2",
  labels: [],
  dueAt: null,
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
  estimateMinutes: null,
  assignee: null,
  reviewer: null,
  objective: null,
  ...more,
});
const ids = (rows: readonly ListRowFragment[]) => rows.map(({ id }) => id);

test("rows without a value come last, whichever way they are sorted", () => {
  const rows = [row("T1"), row("T2", { dueAt: "2026-03-01T00:00:00Z" }), row("T3", { dueAt: "2026-02-01T00:00:00Z" })];

  expect(ids(sorted(rows, "due"))).toEqual(["T3", "T2", "T1"]);
  expect(ids(sorted(rows, "-due"))).toEqual(["T2", "T3", "T1"]);
  expect(ids(sorted(rows, "nonsense"))).toEqual(["T1", "T2", "T3"]);
});

test("ids are sorted as numbers, and states in the order of work", () => {
  const rows = [row("T10", { status: "DONE" }), row("T9", { ready: false }), row("T2")];

  expect(ids(sorted(rows, "title"))).toEqual(["T2", "T9", "T10"]);
  expect(ids(sorted(rows, "state"))).toEqual(["T2", "T9", "T10"]);
});

test("groups come in the order of their first rows", () => {
  const rows = [row("T1", { assignee: { name: "bob" } }), row("T2"), row("T3", { assignee: { name: "bob" } })];

  expect(grouped(rows, "assignee").map(([name, members]) => [name, ids(members)])).toEqual([
    ["bob", ["T1", "T3"]],
    ["Nobody", ["T2"]],
  ]);
  expect(grouped(rows, "")).toHaveLength(1);
});

test("columns stand in their own order, the task first", () => {
  expect(columnsOf("due,state").map(({ key }) => key)).toEqual(["title", "state", "due"]);
  expect(columnsOf(null).map(({ key }) => key)).toContain("assignee");
});
