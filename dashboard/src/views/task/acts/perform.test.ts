import { expect, test } from "vitest";
import { Refusal } from "../../../api/refusal";
import { type ActTask, nameOf, perform } from "./perform";

const task = (id: string): ActTask => ({
  id,
  title: id,
  status: "TODO",
  priority: "P2",
  labels: [],
  assignee: null,
  objective: null,
});

test("what is refused for one task doesn't stop the others", async () => {
  const progress: number[] = [];

  const outcome = await perform(
    [task("T1"), task("T2"), task("T3")],
    async ({ id }) => {
      if (id === "T2") throw new Refusal("WRONG_STATUS", "T2 is DONE.");
    },
    (finished) => progress.push(finished),
  );

  expect(outcome.done.map(({ id }) => id)).toEqual(["T1", "T3"]);
  expect(outcome.refused.map(({ task: { id }, refusal }) => [id, refusal.message])).toEqual([["T2", "T2 is DONE."]]);
  expect(progress).toEqual([1, 2, 3]);
});

test("one task is called by its id, several by their number", () => {
  expect([nameOf([task("T1")]), nameOf([task("T1"), task("T2")])]).toEqual(["T1", "2 tasks"]);
});
