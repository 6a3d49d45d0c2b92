import { expect, test } from "vitest";
import { parseIds, parseLines } from "./parse-input";

test("ids are separated by commas and spaces, in upper or lower case", () => {
  expect(parseIds(" T4, t5  T6,")).toEqual(["T4", "T5", "T6"]);
  expect(parseIds("")).toEqual([]);
});

test("blank lines are left out", () => {
  expect(parseLines(" It is green \n\n  \nIt is dry")).toEqual(["It is green", "It is dry"]);
});
