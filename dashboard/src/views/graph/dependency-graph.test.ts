import { expect, test } from "vitest";
import type { DependencyKind, GraphTaskFragment } from "../../api/documents";
import { buildGraph, neighbours } from "./dependency-graph";

const task = (
  id: string,
  dependsOn: readonly [string, DependencyKind?][] = [],
  dependents: readonly [string, DependencyKind?][] = [],
): GraphTaskFragment => ({
  id,
  title: id,
  status: "TODO",
  ready: false,
  stale: false,
  assignee: null,
  dependencies: dependsOn.map(([other, kind = "BLOCKS"]) => ({ kind, dependsOn: { id: other } })),
  dependents: dependents.map(([other, kind = "BLOCKS"]) => ({ kind, task: { id: other } })),
});

test("an edge leads from the task that blocks to the task that is blocked", () => {
  const graph = buildGraph([task("T1"), task("T2", [["T1"]])], ["T1", "T2"], false);

  expect(graph.edges).toEqual([["T1", "T2"]]);
  expect(graph.critical).toEqual(["T1", "T2"]);
  expect([...graph.tasks.keys()]).toEqual(["T1", "T2"]);
  expect(graph.truncated).toBe(false);
});

test("edges of other kinds, and to tasks that are not shown, are left out", () => {
  const graph = buildGraph([task("T1"), task("T2", [["T1", "RELATED"], ["T9"]])], ["T9", "T2"], true);

  expect(graph.edges).toEqual([]);
  expect(graph.critical).toEqual(["T2"]);
  expect(graph.truncated).toBe(true);
});

test("neighbours are the tasks that block it and the tasks that it blocks", () => {
  expect(neighbours(task("T2", [["T1"], ["T8", "DUPLICATES"]], [["T3"], ["T7", "DISCOVERED_FROM"]]))).toEqual([
    "T1",
    "T3",
  ]);
});
