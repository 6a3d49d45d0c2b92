import { Graph as DagreGraph, layout as runDagre } from "@dagrejs/dagre";

export const NODE_WIDTH = 210;
export const NODE_HEIGHT = 74;
const GAP = 18;
const RANK_GAP = 56;
const MARGIN = 16;
// Beside and between the bands, for the edges that lead from one to the next.
const GUTTER = 28;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface GraphLayout extends Size {
  /** The middle of each node. */
  readonly nodes: ReadonlyMap<string, Point>;
  readonly edges: readonly { readonly key: string; readonly d: string; readonly critical: boolean }[];
  /** How large it is drawn, so that it fits where it can be read. */
  readonly scale: number;
}

export interface GraphShape {
  readonly ids: readonly string[];
  readonly edges: readonly (readonly [string, string])[];
  readonly critical: readonly string[];
}

/** Sizes to try, the largest first; smaller than the last nobody can read. */
const SCALES = [1, 0.9, 0.8, 0.7];

/**
 * Places tasks from left to right, what blocks before what is blocked. What is too wide for the frame is wrapped, as text
 * is; what has no edges stands in rows below.
 */
export function layoutGraph(shape: GraphShape, frame: Size, zoom = 1): GraphLayout {
  const placed = place(shape);
  let found: GraphLayout | null = null;
  for (const step of SCALES) {
    const scale = step * zoom;
    found = wrapped(shape, placed, frame.width / scale, scale);
    if (found.width * scale <= frame.width + 1 && found.height * scale <= frame.height) break;
  }
  return found ?? wrapped(shape, placed, frame.width / zoom, zoom);
}

/** Where dagre places what has edges, by column from left to right, and how it leads edges between them. */
interface Placed {
  readonly columns: readonly (readonly (Point & { readonly id: string })[])[];
  readonly paths: ReadonlyMap<string, readonly Point[]>;
}

function place({ ids, edges }: GraphShape): Placed {
  const graph = new DagreGraph();
  graph.setGraph({ rankdir: "LR", nodesep: GAP, ranksep: RANK_GAP });
  graph.setDefaultEdgeLabel(() => ({}));
  const joined = new Set(edges.flat());
  for (const id of ids) if (joined.has(id)) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const [from, to] of edges) graph.setEdge(from, to);
  if (joined.size === 0) return { columns: [], paths: new Map() };
  runDagre(graph);
  const columns = new Map<number, (Point & { id: string })[]>();
  for (const id of joined) {
    const { x, y } = graph.node(id) as unknown as Point;
    const column = columns.get(Math.round(x));
    if (column) column.push({ id, x, y });
    else columns.set(Math.round(x), [{ id, x, y }]);
  }
  return {
    columns: [...columns.entries()].sort(([one], [other]) => one - other).map(([, column]) => column),
    paths: new Map(
      edges.map(([from, to]) => [keyOf(from, to), (graph.edge(from, to) as { points?: Point[] }).points ?? []]),
    ),
  };
}

function keyOf(from: string, to: string): string {
  return `${from} ${to}`;
}

/** The columns in bands below each other, each as wide as the width allows. */
function wrapped(shape: GraphShape, { columns: ranks, paths }: Placed, width: number, scale: number): GraphLayout {
  const pitch = NODE_WIDTH + RANK_GAP;
  const room = width - 2 * MARGIN + RANK_GAP;
  const inOne = Math.max(1, Math.floor(room / pitch));
  // Where it takes several, the edges between them need their place beside them.
  const each = ranks.length <= inOne ? inOne : Math.max(1, Math.floor((room - 2 * GUTTER) / pitch));
  const left = ranks.length <= inOne ? MARGIN : MARGIN + GUTTER;
  const nodes = new Map<string, Point>();
  const bandOf = new Map<string, number>();
  // How far each band is from where dagre placed it.
  const moved: Point[] = [];
  let top = MARGIN;
  let right = left;
  const bottoms: number[] = [];
  for (let begin = 0, band = 0; begin < ranks.length; begin += each, band += 1) {
    const columns = ranks.slice(begin, begin + each);
    const ys = columns.flat().map(({ y }) => y);
    const first = Math.min(...ys) - NODE_HEIGHT / 2;
    moved.push({ x: left + NODE_WIDTH / 2 - (columns[0]?.[0]?.x ?? 0), y: top - first });
    columns.forEach((column, index) => {
      for (const { id, y } of column) {
        nodes.set(id, { x: left + index * pitch + NODE_WIDTH / 2, y: top + y - first });
        bandOf.set(id, band);
      }
    });
    right = Math.max(right, left + columns.length * pitch - RANK_GAP);
    top += Math.max(...ys) - Math.min(...ys) + NODE_HEIGHT;
    bottoms.push(top);
    top += 2 * GUTTER;
  }
  if (bottoms.length > 0) top += GAP - 2 * GUTTER;
  const alone = shape.ids.filter((id) => !nodes.has(id));
  const perRow = Math.max(1, Math.floor((width - 2 * MARGIN + GAP) / (NODE_WIDTH + GAP)));
  alone.forEach((id, index) => {
    const x = MARGIN + (index % perRow) * (NODE_WIDTH + GAP) + NODE_WIDTH / 2;
    nodes.set(id, { x, y: top + Math.floor(index / perRow) * (NODE_HEIGHT + GAP) + NODE_HEIGHT / 2 });
    right = Math.max(right, x + NODE_WIDTH / 2);
  });
  if (alone.length > 0) top += Math.ceil(alone.length / perRow) * (NODE_HEIGHT + GAP);
  const steps = new Set(shape.critical.slice(1).map((id, index) => keyOf(shape.critical[index] ?? "", id)));
  const beyond = right + (bottoms.length > 1 ? GUTTER : 0);
  return {
    width: beyond + MARGIN,
    height: top + MARGIN,
    nodes,
    scale,
    edges: shape.edges.flatMap(([from, to]) => {
      const [start, end] = [nodes.get(from), nodes.get(to)];
      if (!start || !end) return [];
      const [band = 0, next = 0] = [bandOf.get(from), bandOf.get(to)];
      const turn = { right: beyond, left: MARGIN, below: (bottoms[next - 1] ?? 0) + GUTTER };
      const key = keyOf(from, to);
      const d = band === next ? curve(paths.get(key) ?? [], moved[band]) : aroundTheEnd(start, end, turn);
      return { key, d, critical: steps.has(key) };
    }),
  };
}

/** A smooth line through the points, moved by so much. */
function curve(points: readonly Point[], by: Point = { x: 0, y: 0 }): string {
  const [first, ...others] = points.map(({ x, y }) => ({ x: x + by.x, y: y + by.y }));
  if (!first) return "";
  let at = first;
  let d = `M${at.x} ${at.y}`;
  for (const next of others) {
    const middle = (at.x + next.x) / 2;
    d += ` C${middle} ${at.y} ${middle} ${next.y} ${next.x} ${next.y}`;
    at = next;
  }
  return d;
}

/** Out at the right of a band, and in at the left of a later one. */
function aroundTheEnd(from: Point, to: Point, turn: { right: number; left: number; below: number }): string {
  const radius = 10;
  const x = from.x + NODE_WIDTH / 2;
  return [
    `M${x} ${from.y}`,
    `H${turn.right - radius}`,
    `Q${turn.right} ${from.y} ${turn.right} ${from.y + radius}`,
    `V${turn.below - radius}`,
    `Q${turn.right} ${turn.below} ${turn.right - radius} ${turn.below}`,
    `H${turn.left + radius}`,
    `Q${turn.left} ${turn.below} ${turn.left} ${turn.below + radius}`,
    `V${to.y - radius}`,
    `Q${turn.left} ${to.y} ${turn.left + radius} ${to.y}`,
    `H${to.x - NODE_WIDTH / 2}`,
  ].join(" ");
}
