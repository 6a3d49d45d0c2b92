import { expect, test } from "vitest";
import { COUNTS, DURATIONS, SWITCHES, unitOf } from "./rules";

test("a length of time is shown in the largest unit that it is whole in", () => {
  expect([45, 60, 90, 1_800, 3_600, 86_400, 90_000].map(unitOf)).toEqual(["s", "min", "s", "min", "h", "d", "h"]);
});

test("each rule is said once, with what it does", () => {
  const rules = [...SWITCHES, ...COUNTS, ...DURATIONS];

  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  expect(rules.filter(({ does }) => !does.endsWith("."))).toEqual([]);
});
