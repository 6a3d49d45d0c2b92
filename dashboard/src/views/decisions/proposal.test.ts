import { expect, test } from "vitest";
import { endingOf, mayVote, type Proposal, questionOf, tally, unfinished } from "./proposal";

function proposal(change: Partial<Proposal>): Proposal {
  return {
    id: "D1",
    kind: "VOTE",
    title: "Which paint?",
    body: "",
    options: ["green", "blue"],
    quorum: 2,
    status: "OPEN",
    outcome: null,
    byDefault: false,
    defaultOption: null,
    closesAt: null,
    createdAt: "2026-03-01T10:00:00Z",
    decidedAt: null,
    changedSinceAsked: false,
    author: { name: "ann" },
    escalates: null,
    tasks: [],
    electorate: [
      { id: "A1", name: "ann", presence: "ONLINE" },
      { id: "A2", name: "bob", presence: "OFFLINE" },
    ],
    votes: [],
    ...change,
  };
}

test("the text of an escalation is not shown twice", () => {
  const body = "Today or on Monday?\n\nIt is **late**.";

  expect(questionOf({ title: "Today or on Monday? It is **late**.", body })).toEqual([
    "Today or on Monday?",
    "It is **late**.",
  ]);
  expect(questionOf({ title: "Today or on Mon…", body })).toEqual(["Today or on Monday?", "It is **late**."]);
  expect(questionOf({ title: "Now?", body: "Now?" })).toEqual(["Now?", ""]);
  expect(questionOf({ title: "When?", body })).toEqual(["When?", body]);
  expect(questionOf({ title: "a".repeat(200), body: "a".repeat(300) })).toEqual(["a".repeat(200), "a".repeat(300)]);
});

test("votes are counted by option, and abstentions only where there are any", () => {
  expect(tally(["green", "blue"], [{ option: "blue" }, { option: "blue" }])).toEqual([
    ["green", 0],
    ["blue", 2],
  ]);
  expect(tally(["green", "blue"], [{ option: "abstain" }])).toEqual([
    ["green", 0],
    ["blue", 0],
    ["abstain", 1],
  ]);
});

test("only the electorate votes, while it is open, and nobody on an approval of their own", () => {
  expect(mayVote(proposal({}), "ann")).toBe(true);
  expect(mayVote(proposal({}), "eve")).toBe(false);
  expect(mayVote(proposal({ status: "DECIDED" }), "bob")).toBe(false);
  expect(mayVote(proposal({ kind: "APPROVAL" }), "ann")).toBe(false);
  expect(mayVote(proposal({ kind: "APPROVAL" }), "bob")).toBe(true);
});

test("tasks that ended don't wait", () => {
  const task = { id: "T1", title: "Paint", ready: false, stale: false, unblocks: 0 };

  expect(
    unfinished([
      { ...task, status: "TODO" },
      { ...task, status: "DONE" },
      { ...task, status: "CANCELLED" },
    ]).map(({ status }) => status),
  ).toEqual(["TODO"]);
});

test("an end is told by its outcome, or by why there is none", () => {
  expect(endingOf({ status: "DECIDED", outcome: "green" })).toBe("green");
  expect(endingOf({ status: "EXPIRED", outcome: null })).toBe("expired");
  expect(endingOf({ status: "WITHDRAWN", outcome: null })).toBe("withdrawn");
});
