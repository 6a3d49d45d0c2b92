import { expect, test } from "vitest";
import { actsOf } from "./acts";
import { logEvent } from "./event.fixture";

const at = (microseconds: number) => `2026-03-01T10:00:${(microseconds / 1e6).toFixed(6).padStart(9, "0")}+00:00`;
const by = (name: string | null, microseconds: number, kind: Parameters<typeof logEvent>[0]["kind"] = "TASK_CLAIMED") =>
  logEvent({ kind, at: at(microseconds), actor: name === null ? null : { name, kind: "AGENT" } });

test("what two did in one transaction are two acts, and what the server did in its course belongs to one", () => {
  const acts = actsOf([by("ada", 1), by(null, 1, "MESSAGE_SENT"), by("bob", 1), by("bob", 1)]);

  expect(acts.map(({ head, rest }) => [head.actor?.name, rest.length])).toEqual([
    ["ada", 1],
    ["bob", 1],
  ]);
});

test("what one did in two transactions are two acts", () => {
  expect(actsOf([by("ada", 1), by("ada", 2)])).toHaveLength(2);
});

test("acts are the same from the newest to the oldest", () => {
  const events = [by("ada", 1, "COMMENT_ADDED"), by("ada", 1, "TASK_SUBMITTED"), by("ada", 9_000)];

  const heads = actsOf([...events].reverse()).map(({ head }) => head.kind);

  expect(heads).toEqual(["TASK_CLAIMED", "TASK_SUBMITTED"]);
});
