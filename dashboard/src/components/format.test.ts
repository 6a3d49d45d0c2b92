import { expect, test } from "vitest";
import { countdown, percent, plural, span } from "./format";

test("a span is said in the one unit that matters", () => {
  expect([0, 59_400, 60_000, 3_599_000, 47 * 3_600_000, 49 * 3_600_000].map(span)).toEqual([
    "0 s",
    "59 s",
    "1 min",
    "59 min",
    "47 h",
    "2 d",
  ]);
});

test("a lease is not over before it is", () => {
  expect([1, 1_000, 247_000, 4_350_000].map(countdown)).toEqual(["0:01", "0:01", "4:07", "1:12:30"]);
});

test("what is not done is not shown as done", () => {
  expect([0, 0.5, 0.999, 1].map(percent)).toEqual(["0 %", "50 %", "99 %", "100 %"]);
});

test("one is no plural", () => {
  expect([plural(1, "task"), plural(2, "task"), plural(1_200, "task")]).toEqual(["1 task", "2 tasks", "1,200 tasks"]);
});
