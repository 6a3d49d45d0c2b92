import { expect, test } from "vitest";
import { spread, timeTicks, valueTicks } from "./scale";

const texts = (ticks: readonly { text: string }[]) => ticks.map(({ text }) => text);

test("value ticks are round, from zero to at least the largest value", () => {
  expect(texts(valueTicks(0, "count"))).toEqual(["0", "1"]);
  expect(texts(valueTicks(3, "count"))).toEqual(["0", "1", "2", "3"]);
  expect(texts(valueTicks(147, "count"))).toEqual(["0", "50", "100", "150"]);
  expect(texts(valueTicks(95_000, "time"))).toEqual(["0 s", "30 s", "60 s", "90 s", "120 s"]);
});

test("there are at most as many time ticks as there is room for, each at a round time", () => {
  const from = Date.parse("2026-03-01T10:07:00Z");
  for (const hours of [0.01, 1, 24, 24 * 7, 24 * 400])
    for (const most of [2, 5, 12]) {
      const ticks = timeTicks(from, from + hours * 3_600_000, most);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      for (const { at } of ticks) expect(at % 1_000).toBe(0);
    }
});

test("texts on an axis never overlap, though the first and the last are moved into it", () => {
  const texts = ["01:46:45", "01:47:00", "01:47:15", "01:47:30"].map((text, index) => ({ at: index * 10, text }));

  const kept = spread(texts, ({ at }) => Math.max(35, Math.min(200, at * 6)), 14);

  expect(kept.map(({ text }) => text)).toEqual(["01:46:45", "01:47:15"]);
});
