import { expect, test } from "vitest";
import type { NowQuery } from "../../api/documents";
import { isOwnLine, reviewsForMe } from "./needs";

type Room = NonNullable<NowQuery["room"]>;
type InReview = Room["inReview"]["nodes"][number];

const agent = (id: string, parent: string | null = null) => ({
  id,
  name: id,
  parent: parent === null ? null : { id: parent, parent: null },
});
const submitted = (id: string, by: ReturnType<typeof agent>, reviewer: InReview["reviewer"] = null): InReview => ({
  id,
  title: id,
  updatedAt: "2026-03-01T10:00:00Z",
  assignee: by,
  reviewer,
});
const room = (tasks: readonly InReview[], here: readonly ReturnType<typeof agent>[]): Room =>
  ({
    agents: here.map((one) => ({ ...one, kind: "AGENT", presence: "ONLINE" })),
    inReview: { totalCount: tasks.length, nodes: tasks },
  }) as unknown as Room;
const ada = agent("A2");
const child = agent("A3", "A2");
const bob = agent("A4");
const me = agent("A1");

test("a review is mine where nobody else who is here may give it", () => {
  const tasks = [submitted("T1", ada)];

  expect(reviewsForMe(room(tasks, [ada, child]), new Set(), me).map(({ id }) => id)).toEqual(["T1"]);
  expect(reviewsForMe(room(tasks, [ada, bob]), new Set(), me)).toEqual([]);
});

test("a review that was asked of me, or of somebody who is offline, is mine", () => {
  const of = (id: string, presence: "ONLINE" | "OFFLINE") => ({ id, name: id, presence });
  const tasks = [
    submitted("T1", ada, of("A1", "ONLINE")),
    submitted("T2", ada, of("A4", "OFFLINE")),
    submitted("T3", ada, of("A4", "ONLINE")),
  ];

  expect(reviewsForMe(room(tasks, [ada, bob]), new Set(["T1"]), me).map(({ id }) => id)).toEqual(["T1", "T2"]);
});

test("my own work is for others to review", () => {
  expect(reviewsForMe(room([submitted("T1", me)], []), new Set(), me)).toEqual([]);
});

test("an item about a proposal or a review of this room has a line already", () => {
  const about = (name: string) => ({ room: { name } });

  expect(isOwnLine({ kind: "PROPOSAL", proposal: about("here") }, "here")).toBe(false);
  expect(isOwnLine({ kind: "PROPOSAL", proposal: about("there") }, "here")).toBe(true);
  expect(isOwnLine({ kind: "MENTION", task: about("here") }, "here")).toBe(true);
});
