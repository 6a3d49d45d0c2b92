import { expect, test } from "vitest";
import { moveTo } from "./moves";

test("a task goes back to do by what fits its status", () => {
  expect([
    moveTo("TODO", "TODO"),
    moveTo("DOING", "TODO"),
    moveTo("BLOCKED", "TODO"),
    moveTo("VALIDATING", "TODO"),
    moveTo("DONE", "TODO"),
    moveTo("CANCELLED", "TODO"),
  ]).toEqual([undefined, "release", "unblock", undefined, "reopen", "reopen"]);
});

test("what has ended can't be cancelled", () => {
  expect([moveTo("DOING", "CANCELLED"), moveTo("DONE", "CANCELLED"), moveTo("CANCELLED", "CANCELLED")]).toEqual([
    "cancel",
    undefined,
    undefined,
  ]);
});
