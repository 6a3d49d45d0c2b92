import { expect, test } from "vitest";
import { searchQuery } from "./search-query";

test("the last word may go on", () => {
  expect(["auth", " retry auth ", '"a phrase"', "a b", "lib/embed", "übers"].map(searchQuery)).toEqual([
    "auth*",
    "retry auth*",
    '"a phrase"',
    "a b",
    "lib/embed*",
    "übers*",
  ]);
});

test("a number is that of a task or an objective, with O, o or 0", () => {
  expect(["T12", "t12", "o188", "0188", "188", "0", ""].map(searchQuery)).toEqual([
    "T12",
    "T12",
    "O188",
    "O188",
    "T188 O188",
    "0",
    "",
  ]);
});
