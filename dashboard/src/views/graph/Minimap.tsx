import { type PointerEvent, type RefObject, useEffect, useState } from "react";
import { type GraphLayout, NODE_HEIGHT, NODE_WIDTH } from "./layout";

interface MinimapProps {
  readonly layout: GraphLayout;
  readonly critical: ReadonlySet<string>;
  /** What scrolls. */
  readonly frame: RefObject<HTMLElement | null>;
}

const MOST_WIDTH = 180;
const MOST_HEIGHT = 120;

/** The whole drawing, small, with the part that is seen: a press or a drag on it scrolls there. */
export function Minimap({ layout, critical, frame }: MinimapProps) {
  const [seen, setSeen] = useState({ left: 0, top: 0, width: 0, height: 0, overflows: false });
  const scale = layout.scale;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another layout is another size.
  useEffect(() => {
    const area = frame.current;
    if (!area) return;
    const measure = () =>
      setSeen({
        left: area.scrollLeft / scale,
        top: area.scrollTop / scale,
        width: area.clientWidth / scale,
        height: area.clientHeight / scale,
        overflows: area.scrollWidth > area.clientWidth + 1 || area.scrollHeight > area.clientHeight + 1,
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(area);
    area.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      area.removeEventListener("scroll", measure);
    };
  }, [frame, layout, scale]);

  if (!seen.overflows) return null;
  const small = Math.min(MOST_WIDTH / layout.width, MOST_HEIGHT / layout.height);
  const scrollTo = (event: PointerEvent<SVGSVGElement>) => {
    if (event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * layout.width;
    const y = ((event.clientY - box.top) / box.height) * layout.height;
    frame.current?.scrollTo({ left: (x - seen.width / 2) * scale, top: (y - seen.height / 2) * scale });
  };
  return (
    <svg
      className="minimap"
      // Keys scroll the drawing itself.
      aria-hidden="true"
      width={layout.width * small}
      height={layout.height * small}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      onPointerDown={scrollTo}
      onPointerMove={scrollTo}
    >
      {[...layout.nodes].map(([id, { x, y }]) => (
        <rect
          key={id}
          x={x - NODE_WIDTH / 2}
          y={y - NODE_HEIGHT / 2}
          width={NODE_WIDTH}
          height={NODE_HEIGHT}
          data-critical={critical.has(id) || undefined}
        />
      ))}
      <rect className="minimap-seen" x={seen.left} y={seen.top} width={seen.width} height={seen.height} />
    </svg>
  );
}
