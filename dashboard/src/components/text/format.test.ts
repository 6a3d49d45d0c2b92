import { expect, test } from "vitest";
import { formatCount, formatCountdown, formatDuration, formatPercent } from "./format";

test("a duration has one unit", () => {
  expect([0, 59_400, 60_000, 3_599_000, 47 * 3_600_000, 49 * 3_600_000].map(formatDuration)).toEqual([
    "0 s",
    "59 s",
    "1 min",
    "59 min",
    "47 h",
    "2 d",
  ]);
});

test("a countdown reaches zero only at the end", () => {
  expect([1, 1_000, 247_000, 4_350_000].map(formatCountdown)).toEqual(["0:01", "0:01", "4:07", "1:12:30"]);
});

test("only what is complete has 100 %", () => {
  expect([0, 0.5, 0.999, 1].map(formatPercent)).toEqual(["0 %", "50 %", "99 %", "100 %"]);
});

test("only one is singular", () => {
  expect([formatCount(1, "task"), formatCount(2, "task"), formatCount(1_200, "task")]).toEqual([
    "1 task",
    "2 tasks",
    "1,200 tasks",
  ]);
});
