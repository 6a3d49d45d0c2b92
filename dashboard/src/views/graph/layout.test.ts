import { expect, test } from "vitest";
import { layoutGraph, NODE_HEIGHT, NODE_WIDTH } from "./layout";

const frame = { width: 1_200, height: 700 };
const chain = (length: number) => {
  const ids = Array.from({ length }, (_, index) => `T${index + 1}`);
  return { ids, edges: ids.slice(1).map((id, index) => [ids[index] ?? "", id] as const), critical: ids };
};

test("a short chain stands in one line, at its full size", () => {
  const { nodes, scale, width } = layoutGraph(chain(3), frame);

  expect(new Set([...nodes.values()].map(({ y }) => y)).size).toBe(1);
  expect(scale).toBe(1);
  expect(width).toBeLessThanOrEqual(frame.width);
});

test("a long chain is wrapped, so that it fits the frame's width and can be read", () => {
  for (const length of [11, 40, 200]) {
    const { nodes, scale, width } = layoutGraph(chain(length), frame);

    expect(width * scale, `${length}`).toBeLessThanOrEqual(frame.width + 1);
    expect(scale).toBeGreaterThanOrEqual(0.7);
    expect(new Set([...nodes.values()].map(({ y }) => y)).size).toBeGreaterThan(1);
  }
});

test("no two nodes overlap, whether they have edges or none", () => {
  const { ids, edges, critical } = chain(30);
  const alone = Array.from({ length: 50 }, (_, index) => `T${index + 100}`);
  const spread = Array.from({ length: 20 }, (_, index) => ["T3", `T${index + 200}`] as const);
  const shape = { ids: [...ids, ...alone, ...spread.map(([, to]) => to)], edges: [...edges, ...spread], critical };

  const placed = [...layoutGraph(shape, frame).nodes.values()];

  expect(placed).toHaveLength(100);
  placed.forEach((one, index) => {
    for (const other of placed.slice(index + 1)) {
      const apart = Math.abs(one.x - other.x) >= NODE_WIDTH || Math.abs(one.y - other.y) >= NODE_HEIGHT;
      expect(apart, JSON.stringify([one, other])).toBe(true);
    }
  });
});

test("a frame that is narrower than a node still shows one in each row", () => {
  const { nodes } = layoutGraph(chain(4), { width: 150, height: 300 });

  expect(new Set([...nodes.values()].map(({ x }) => x)).size).toBe(1);
});
