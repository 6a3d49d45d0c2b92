import { Graph as DagreGraph, layout as runDagre } from "@dagrejs/dagre";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import type { GraphTaskFragment } from "../../api/documents";
import { TaskState } from "../../components/TaskState";
import { useRoom } from "../../layout/room";
import type { DependencyGraph } from "./dependency-graph";

const WIDTH = 210;
const HEIGHT = 74;
const DESIGN_FONT_PX = 14;
const MIN_SCALE = 0.35;
const MAX_SCALE = 2;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Point>;
  readonly edges: readonly { readonly key: string; readonly d: string; readonly critical: boolean }[];
}

/** The graph as a drawing: a task is to the left of the tasks that it blocks. */
export function DependencyDrawing({ graph, center }: { graph: DependencyGraph; center: string }) {
  const room = useRoom();
  const frame = useRef<HTMLElement>(null);
  const [scale, setScale] = useState(
    () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / DESIGN_FONT_PX,
  );
  // The layout is computed again only when tasks or edges change, not when a task changes its status.
  const shape = JSON.stringify([[...graph.tasks.keys()].sort(), [...graph.edges].sort(), graph.critical]);
  const layout = useMemo(() => computeLayout(JSON.parse(shape)), [shape]);
  const critical = new Set(graph.critical);

  const fit = () => {
    const available = frame.current?.clientWidth ?? layout.width;
    setScale(Math.max(MIN_SCALE, Math.min(1, available / layout.width)));
  };
  useLayoutEffect(() => {
    const at = layout.nodes.get(center);
    frame.current?.scrollTo({
      left: (at?.x ?? 0) - frame.current.clientWidth / 2,
      top: (at?.y ?? 0) - frame.current.clientHeight / 2,
    });
  }, [layout, center]);

  return (
    <>
      <div className="inline zoom">
        <button type="button" aria-label="Smaller" onClick={() => setScale(Math.max(MIN_SCALE, scale - 0.15))}>
          −
        </button>
        <button type="button" aria-label="Larger" onClick={() => setScale(Math.min(MAX_SCALE, scale + 0.15))}>
          +
        </button>
        <button type="button" onClick={fit}>
          Fit
        </button>
        {critical.size > 0 && (
          <span className="legend">
            <span className="legend-line" aria-hidden="true" /> critical path
          </span>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section ref={frame} className="graph-frame" aria-label="Drawing of dependencies" tabIndex={0}>
        <div style={{ width: layout.width * scale, height: layout.height * scale }}>
          <div
            className="graph-sheet"
            style={{ width: layout.width, height: layout.height, transform: `scale(${scale})` }}
          >
            <svg width={layout.width} height={layout.height} aria-hidden="true">
              <defs>
                <marker
                  id="tip"
                  viewBox="0 0 8 8"
                  refX="7"
                  refY="4"
                  markerWidth="9"
                  markerHeight="9"
                  markerUnits="userSpaceOnUse"
                  orient="auto"
                >
                  <path d="M0 0 8 4 0 8z" />
                </marker>
              </defs>
              {layout.edges.map(({ key, d, critical: marked }) => (
                <path key={key} d={d} data-critical={marked || undefined} markerEnd="url(#tip)" />
              ))}
            </svg>
            <ul>
              {[...graph.tasks.values()].map((task) => {
                const point = layout.nodes.get(task.id);
                if (!point) return null;
                return (
                  <li
                    key={task.id}
                    className="graph-node"
                    data-critical={critical.has(task.id) || undefined}
                    data-center={task.id === center || undefined}
                    style={{ left: point.x - WIDTH / 2, top: point.y - HEIGHT / 2, width: WIDTH, height: HEIGHT }}
                  >
                    <Link href={room.to("tasks", task.id)}>
                      <span className="graph-node-title">
                        <span className="id">{task.id}</span> {task.title}
                      </span>
                      <span className="graph-node-state">
                        <TaskState status={task.status} ready={task.ready} stale={task.stale} />
                        {task.assignee?.name}
                      </span>
                      <span className="visually-hidden">{describeEdges(task, critical.has(task.id))}</span>
                    </Link>
                  </li>
                );
              })}
            </ul>
          </div>
        </div>
      </section>
    </>
  );
}

/** For screen readers: what the edges of a task show. */
function describeEdges(task: GraphTaskFragment, critical: boolean): string {
  const waits = task.dependencies.filter(({ kind }) => kind === "BLOCKS").map(({ dependsOn }) => dependsOn.id);
  return [waits.length > 0 && `blocked by ${waits.join(", ")}`, critical && "on the critical path"]
    .filter(Boolean)
    .join("; ");
}

type Shape = [ids: string[], edges: [string, string][], critical: string[]];

function computeLayout([ids, edges, critical]: Shape): GraphLayout {
  const graph = new DagreGraph();
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 56, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const [from, to] of edges) graph.setEdge(from, to);
  runDagre(graph);
  const steps = new Set(critical.slice(1).map((id, index) => `${critical[index]} ${id}`));
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: new Map(ids.map((id) => [id, graph.node(id) as unknown as Point])),
    edges: edges.map(([from, to]) => ({
      key: `${from} ${to}`,
      d: curve((graph.edge(from, to) as { points?: Point[] }).points ?? []),
      critical: steps.has(`${from} ${to}`),
    })),
  };
}

/** A smooth path through the points. */
function curve(points: readonly Point[]): string {
  const [first, ...others] = points;
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
