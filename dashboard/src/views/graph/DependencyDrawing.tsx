import { Graph as Layout, layout } from "@dagrejs/dagre";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import type { GraphTaskFragment } from "../../api/documents";
import { TaskState } from "../../components/TaskState";
import { useRoom } from "../../layout/room";
import type { Web } from "./dependency-graph";

const WIDTH = 210;
const HEIGHT = 74;
const DRAWN_FOR_PX = 14;
const SMALLEST = 0.35;
const LARGEST = 2;

interface Placed {
  readonly x: number;
  readonly y: number;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, Placed>;
  readonly lines: readonly { readonly key: string; readonly d: string; readonly critical: boolean }[];
}

/** The web as a drawing: what holds back stands left of what it holds back. */
export function Drawing({ web, center }: { web: Web; center: string }) {
  const room = useRoom();
  const frame = useRef<HTMLElement>(null);
  const [scale, setScale] = useState(
    () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / DRAWN_FOR_PX,
  );
  // Only another shape is laid out anew; what changes within tasks is drawn in its place.
  const shape = JSON.stringify([[...web.tasks.keys()].sort(), [...web.edges].sort(), web.critical]);
  const picture = useMemo(() => drawn(JSON.parse(shape)), [shape]);
  const critical = new Set(web.critical);

  const fit = () => {
    const room = frame.current?.clientWidth ?? picture.width;
    setScale(Math.max(SMALLEST, Math.min(1, room / picture.width)));
  };
  useLayoutEffect(() => {
    const at = picture.places.get(center);
    frame.current?.scrollTo({
      left: (at?.x ?? 0) - frame.current.clientWidth / 2,
      top: (at?.y ?? 0) - frame.current.clientHeight / 2,
    });
  }, [picture, center]);

  return (
    <>
      <div className="inline zoom">
        <button type="button" aria-label="Smaller" onClick={() => setScale(Math.max(SMALLEST, scale - 0.15))}>
          −
        </button>
        <button type="button" aria-label="Larger" onClick={() => setScale(Math.min(LARGEST, scale + 0.15))}>
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
        <div style={{ width: picture.width * scale, height: picture.height * scale }}>
          <div
            className="graph-sheet"
            style={{ width: picture.width, height: picture.height, transform: `scale(${scale})` }}
          >
            <svg width={picture.width} height={picture.height} aria-hidden="true">
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
              {picture.lines.map(({ key, d, critical: marked }) => (
                <path key={key} d={d} data-critical={marked || undefined} markerEnd="url(#tip)" />
              ))}
            </svg>
            <ul>
              {[...web.tasks.values()].map((task) => {
                const place = picture.places.get(task.id);
                if (!place) return null;
                return (
                  <li
                    key={task.id}
                    className="graph-node"
                    data-critical={critical.has(task.id) || undefined}
                    data-center={task.id === center || undefined}
                    style={{ left: place.x - WIDTH / 2, top: place.y - HEIGHT / 2, width: WIDTH, height: HEIGHT }}
                  >
                    <Link href={room.to("tasks", task.id)}>
                      <span className="graph-node-title">
                        <span className="id">{task.id}</span> {task.title}
                      </span>
                      <span className="graph-node-state">
                        <TaskState status={task.status} ready={task.ready} stale={task.stale} />
                        {task.assignee?.name}
                      </span>
                      <span className="unseen">{described(task, critical.has(task.id))}</span>
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

/** What the lines around it say to those who see them. */
function described(task: GraphTaskFragment, critical: boolean): string {
  const waits = task.dependencies.filter(({ kind }) => kind === "BLOCKS").map(({ dependsOn }) => dependsOn.id);
  return [waits.length > 0 && `waits for ${waits.join(", ")}`, critical && "on the critical path"]
    .filter(Boolean)
    .join("; ");
}

type Shape = [ids: string[], edges: [string, string][], critical: string[]];

function drawn([ids, edges, critical]: Shape): Picture {
  const graph = new Layout();
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 56, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const steps = new Set(critical.slice(1).map((id, index) => `${critical[index]} ${id}`));
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    places: new Map(ids.map((id) => [id, graph.node(id) as unknown as Placed])),
    lines: edges.map(([from, to]) => ({
      key: `${from} ${to}`,
      d: curve((graph.edge(from, to) as { points?: Placed[] }).points ?? []),
      critical: steps.has(`${from} ${to}`),
    })),
  };
}

/** A line through the points that is smooth from side to side. */
function curve(points: readonly Placed[]): string {
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
