import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import type { GraphNodeFragment } from "../../api/documents";
import { TaskState } from "../../components/tasks/TaskState";
import { useRoom } from "../../layout/room";
import type { DependencyGraph } from "./dependency-graph";
import { layoutGraph, NODE_HEIGHT, NODE_WIDTH, type Size } from "./layout";
import { Minimap } from "./Minimap";

const DESIGN_FONT_PX = 14;
const STEP = 0.15;
const MIN_ZOOM = 0.4;
const MAX_ZOOM = 2;

/** The graph as a drawing that fits: a task is before the tasks that it blocks. */
export function DependencyDrawing({ graph, center }: { graph: DependencyGraph; center: string }) {
  const room = useRoom();
  const frame = useRef<HTMLElement>(null);
  const size = useSize(frame);
  const [zoom, setZoom] = useState(1);
  // The layout is computed again only when tasks or edges change, not when a task changes its status.
  const shape = JSON.stringify({
    ids: [...graph.tasks.keys()].sort(),
    edges: [...graph.edges].sort(),
    critical: graph.critical,
  });
  const layout = useMemo(
    () => (size ? layoutGraph(JSON.parse(shape), size, (zoom * size.fontPx) / DESIGN_FONT_PX) : null),
    [shape, size, zoom],
  );
  const critical = useMemo(() => new Set(graph.critical), [graph.critical]);

  useLayoutEffect(() => {
    const at = layout?.nodes.get(center);
    if (!layout || !at || !frame.current) return;
    frame.current.scrollTo({
      left: at.x * layout.scale - frame.current.clientWidth / 2,
      top: at.y * layout.scale - frame.current.clientHeight / 2,
    });
  }, [layout, center]);

  return (
    <>
      <div className="inline zoom">
        <button type="button" aria-label="Smaller" onClick={() => setZoom(Math.max(MIN_ZOOM, zoom - STEP))}>
          −
        </button>
        <button type="button" aria-label="Larger" onClick={() => setZoom(Math.min(MAX_ZOOM, zoom + STEP))}>
          +
        </button>
        <button type="button" onClick={() => setZoom(1)}>
          Fit
        </button>
        {critical.size > 0 && (
          <span className="legend">
            <span className="legend-line" aria-hidden="true" /> critical path
          </span>
        )}
      </div>
      <div className="graph-pane">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
        <section ref={frame} className="graph-frame" aria-label="Drawing of dependencies" tabIndex={0}>
          {layout && (
            <div style={{ width: layout.width * layout.scale, height: layout.height * layout.scale }}>
              <div
                className="graph-sheet"
                style={{ width: layout.width, height: layout.height, transform: `scale(${layout.scale})` }}
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
                        style={{
                          left: point.x - NODE_WIDTH / 2,
                          top: point.y - NODE_HEIGHT / 2,
                          width: NODE_WIDTH,
                          height: NODE_HEIGHT,
                        }}
                      >
                        <Link href={room.to("tasks", task.id)} title={`${task.id} ${task.title}`}>
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
          )}
        </section>
        {layout && <Minimap layout={layout} critical={critical} frame={frame} />}
      </div>
    </>
  );
}

/** For screen readers: what the edges of a task show. */
function describeEdges(task: GraphNodeFragment, critical: boolean): string {
  const waits = task.dependencies.filter(({ kind }) => kind === "BLOCKS").map(({ dependsOn }) => dependsOn.id);
  return [waits.length > 0 && `blocked by ${waits.join(", ")}`, critical && "on the critical path"]
    .filter(Boolean)
    .join("; ");
}

/** The size of the frame without its scroll bars, and the size of its text, in pixels; null before it is drawn. */
function useSize(frame: React.RefObject<HTMLElement | null>): (Size & { readonly fontPx: number }) | null {
  const [size, setSize] = useState<(Size & { readonly fontPx: number }) | null>(null);
  useEffect(() => {
    const area = frame.current;
    if (!area) return;
    const observer = new ResizeObserver(() => {
      const { offsetWidth: width, offsetHeight: height } = area;
      const fontPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      // Room for a scroll bar, whether there is one: it must not change what it depends on.
      setSize({ width: width - SCROLL_BAR_PX, height: height - SCROLL_BAR_PX, fontPx });
    });
    observer.observe(area);
    return () => observer.disconnect();
  }, [frame]);
  return size;
}

const SCROLL_BAR_PX = 18;
