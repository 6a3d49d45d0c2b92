import { expect, test } from "vitest";
import { type Filter, setFacets, taskFilterOf } from "./filter";

const NONE: Filter = { search: "", status: "", assignee: "", priority: "", objective: "", label: "", only: "" };

test("only what is set filters", () => {
  expect(taskFilterOf(NONE)).toEqual({});
  expect(setFacets({ ...NONE, label: "db", priority: "P0" })).toEqual([
    ["priority", "P0"],
    ["label", "db"],
  ]);
});

test("what was typed is asked as the server takes it", () => {
  expect(taskFilterOf({ ...NONE, search: "retry auth", objective: "0188", only: "waiting" })).toEqual({
    search: "retry auth*",
    objective: "O188",
    statuses: ["TODO"],
    ready: false,
  });
});
