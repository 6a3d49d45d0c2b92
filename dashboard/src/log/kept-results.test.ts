import { expect, test } from "vitest";
import { logEvent } from "./event.fixture";
import { eventKinds } from "./invalidation";
import { KeptResults } from "./kept-results";

const messages = eventKinds("MESSAGE_SENT");

test("a result is kept until the log holds a change that makes it outdated", async () => {
  const results = new KeptResults();
  await results.fetch("a", async () => 1, messages);
  await results.fetch("b", async () => 2, eventKinds("TASK_"));

  results.onLogChange(logEvent({ kind: "TASK_DONE" }));

  expect([results.get("a"), results.get("b")]).toEqual([1, undefined]);
  results.onLogChange(null);
  expect(results.get("a")).toBe(undefined);
});

test("a result that became outdated while it was on its way is not kept", async () => {
  const results = new KeptResults();
  let answer: (value: number) => void = () => {};
  const fetched = results.fetch("a", () => new Promise<number>((resolve) => (answer = resolve)), messages);

  results.onLogChange(logEvent({ kind: "MESSAGE_SENT" }));
  answer(1);

  expect(await fetched).toBe(1);
  expect(results.get("a")).toBe(undefined);
});

test("of many results the ones that were asked for last are kept, and none whose query was refused", async () => {
  const results = new KeptResults();
  for (let n = 0; n < 60; n += 1) await results.fetch(`${n}`, async () => n, messages);
  const refused = results.fetch("59", () => Promise.reject(new Error("No.")), messages);

  await expect(refused).rejects.toThrow("No.");
  expect([results.get("9"), results.get("10"), results.get("58"), results.get("59")]).toEqual([
    undefined,
    10,
    58,
    undefined,
  ]);
});
