import { expect, test } from "vitest";
import { fitting } from "./fitting";

const options = ["Pause room", "New task", "Assign the task", "Task list"].map((label) => ({ label }));
const found = (typed: string) => fitting(options, typed).map(({ label }) => label);

test("each word that was typed begins one of the label", () => {
  expect(found("ta")).toEqual(["Task list", "New task", "Assign the task"]);
  expect(found("task as")).toEqual(["Assign the task"]);
  expect(found("ask")).toEqual([]);
});

test("without words, all fit", () => {
  expect(found(" ")).toEqual(options.map(({ label }) => label));
});
