import { expect, test } from "vitest";
import { parseIds, parseLines, parseWords } from "./parse-input";

test("ids are separated by commas and spaces, in upper or lower case", () => {
  expect(parseIds(" T4, t5  T6,")).toEqual(["T4", "T5", "T6"]);
  expect(parseIds("")).toEqual([]);
  expect(parseIds("0188, 0")).toEqual(["O188", "0"]);
});

test("blank lines are left out", () => {
  expect(parseLines(" It is green \n\n  \nIt is dry")).toEqual(["It is green", "It is dry"]);
});

test("words are separated by commas, and may hold spaces", () => {
  expect(parseWords(" python, code review ,,")).toEqual(["python", "code review"]);
});
