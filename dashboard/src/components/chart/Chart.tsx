import { type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import "./chart.css";
import { CHARACTER_EM, formatValue, type Measure, spread, type Tick, timeTicks, valueTicks } from "./scale";

const PLOT_EM = 15;
// Beside the plot: the heads of view and chart, and what is below it.
const AROUND_EM = 13;
const TALLEST_EM = 26;

/** A step on the axis of time; a moment where both ends are equal. */
export interface Interval {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Series {
  readonly name: string;
  readonly shape: "bars" | "area" | "line" | "dashes" | "dots";
  readonly tone: "done" | "doing" | "review" | "soft";
  /** One for each interval; null where there is none. */
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** What the values count, beside their axis. */
  readonly unit: string;
  readonly measure?: Measure;
  readonly intervals: readonly Interval[];
  readonly series: readonly Series[];
  /** The last interval is not over yet. */
  readonly open?: boolean;
  /** One of a few that share the height of the window. */
  readonly tall?: boolean;
  readonly action?: ReactNode;
}

/** A chart of values over time. Pointer or arrow keys select an interval to read; a table shows all of them. */
export function Chart({
  title,
  unit,
  measure = "count",
  intervals,
  series,
  open = false,
  tall = false,
  action,
}: ChartProps) {
  const heading = useId();
  const [selected, setSelected] = useState<number | null>(null);
  const plot = useRef<HTMLDivElement>(null);
  const { width, em, windowEm } = useSize(plot);
  const at = Math.min(selected ?? intervals.length - 1, intervals.length - 1);
  const span = intervals[at];
  const max = Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const ticks = valueTicks(max, measure);
  const box = {
    left: (Math.max(...ticks.map(({ text }) => text.length)) * 0.62 + 0.6) * em,
    top: 0.7 * em,
    bottom: 1.7 * em,
    height: (tall ? Math.max(PLOT_EM, Math.min(TALLEST_EM, windowEm / 2 - AROUND_EM)) : PLOT_EM) * em,
  };
  const right = 0.6 * em;
  const from = intervals[0]?.from ?? 0;
  const to = intervals.at(-1)?.to ?? 1;
  const top = ticks.at(-1)?.at ?? 1;
  const x = (time: number) => box.left + ((time - from) / Math.max(1, to - from)) * (width - box.left - right);
  const y = (value: number) => box.height - box.bottom - (value / top) * (box.height - box.bottom - box.top);
  // The first and the last stay within the plot.
  const labelAt = ({ at: time, text }: Tick) => {
    const half = (text.length * CHARACTER_EM * em) / 2;
    return Math.min(Math.max(x(time), box.left + half), width - right - half);
  };
  const isEmpty = series.every(({ values }) => values.every((value) => !value));
  const middle = ({ from: begin, to: end }: Interval) => x((begin + end) / 2);

  const selectNearest = (event: PointerEvent) => {
    const area = plot.current?.getBoundingClientRect();
    if (!area) return;
    const pointerX = event.clientX - area.left;
    let nearest = 0;
    intervals.forEach((one, index) => {
      const best = intervals[nearest];
      if (best && Math.abs(middle(one) - pointerX) < Math.abs(middle(best) - pointerX)) nearest = index;
    });
    setSelected(nearest);
  };
  const describe = (index: number) =>
    series.map(({ name, values }) => `${name} ${valueText(values[index] ?? null, measure)}`).join(", ");

  return (
    <section className="panel chart" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        {action}
      </header>
      <p className="chart-read">
        {series.map(({ name, shape, tone, values }) => (
          <span key={name} className="chart-key" data-tone={tone}>
            <span className="chart-swatch" data-shape={shape} aria-hidden="true" />
            {name} <b>{valueText(values[at] ?? null, measure)}</b>
          </span>
        ))}
        <span className="soft">
          {span?.text}
          {open && at === intervals.length - 1 && ", so far"}
        </span>
      </p>
      <div
        className="chart-plot"
        ref={plot}
        onPointerMove={selectNearest}
        onPointerDown={selectNearest}
        onPointerLeave={() => setSelected(null)}
      >
        {isEmpty && <p className="chart-nothing soft">Nothing in this time.</p>}
        {width > 0 && !isEmpty && (
          <svg width={width} height={box.height} aria-hidden="true">
            {ticks.map((tick) => (
              <g key={tick.at}>
                <line className="chart-grid" x1={box.left} x2={width - right} y1={y(tick.at)} y2={y(tick.at)} />
                <text x={box.left - 0.4 * em} y={y(tick.at)} textAnchor="end" dominantBaseline="middle">
                  {tick.text}
                </text>
              </g>
            ))}
            {spread(timeTicks(from, to, (width - box.left) / (5 * em)), labelAt, em).map((tick) => (
              <g key={tick.at}>
                <line
                  className="chart-tick"
                  x1={x(tick.at)}
                  x2={x(tick.at)}
                  y1={box.height - box.bottom}
                  y2={box.height - box.bottom + 0.3 * em}
                />
                <text x={labelAt(tick)} y={box.height - 0.35 * em} textAnchor="middle">
                  {tick.text}
                </text>
              </g>
            ))}
            {span && selected !== null && (
              <line
                className="chart-cursor"
                x1={middle(span)}
                x2={middle(span)}
                y1={box.top}
                y2={box.height - box.bottom}
              />
            )}
            {series.map((one) => (
              <g key={one.name} className="chart-series" data-shape={one.shape} data-tone={one.tone}>
                {one.shape === "bars" ? (
                  <Bars intervals={intervals} values={one.values} x={x} y={y} open={open} />
                ) : (
                  <Line intervals={intervals} shape={one.shape} values={one.values} at={middle} y={y} />
                )}
                {span && selected !== null && one.values[at] != null && one.shape !== "bars" && (
                  <circle className="chart-point" cx={middle(span)} cy={y(one.values[at] ?? 0)} r={0.32 * em} />
                )}
              </g>
            ))}
          </svg>
        )}
        <input
          className="chart-keys"
          type="range"
          aria-label={`${title}, step by step`}
          aria-valuetext={span ? `${span.text}: ${describe(at)}` : ""}
          min={0}
          max={Math.max(0, intervals.length - 1)}
          value={Math.max(0, at)}
          onChange={(event) => setSelected(Number(event.target.value))}
          onBlur={() => setSelected(null)}
        />
      </div>
      <details className="chart-table">
        <summary>
          <span className="soft">{unit}</span> As a table
        </summary>
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              {series.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {intervals.map((one, index) => (
              <tr key={one.from}>
                <th scope="row">{one.text}</th>
                {series.map(({ name, values }) => (
                  <td key={name}>{valueText(values[index] ?? null, measure)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

function valueText(value: number | null, measure: Measure): string {
  return value === null ? "–" : formatValue(value, measure);
}

interface BarsProps {
  readonly intervals: readonly Interval[];
  readonly values: readonly (number | null)[];
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
  readonly open: boolean;
}

function Bars({ intervals, values, x, y, open }: BarsProps) {
  return intervals.map(({ from, to }, index) => {
    const one = values[index] ?? 0;
    const barWidth = x(to) - x(from);
    return one === 0 ? null : (
      <rect
        key={from}
        x={x(from) + barWidth * 0.14}
        y={y(one)}
        width={Math.max(1, barWidth * 0.72)}
        height={y(0) - y(one)}
        data-open={(open && index === intervals.length - 1) || undefined}
      />
    );
  });
}

interface LineProps {
  readonly intervals: readonly Interval[];
  readonly shape: Series["shape"];
  readonly values: readonly (number | null)[];
  readonly at: (interval: Interval) => number;
  readonly y: (value: number) => number;
}

/** A line through the values; it skips intervals without one. */
function Line({ intervals, shape, values, at, y }: LineProps) {
  const points = intervals.flatMap((span, index) => {
    const one = values[index];
    return one == null ? [] : [{ x: at(span), y: y(one) }];
  });
  const path = points.map((point, index) => `${index ? "L" : "M"}${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join("");
  const first = points[0];
  const last = points.at(-1);
  return (
    <>
      {shape === "area" && first && last && (
        <path className="chart-area" d={`${path}L${last.x} ${y(0)}L${first.x} ${y(0)}Z`} />
      )}
      <path className="chart-line" d={path} />
      {shape === "dots" && points.map((point) => <circle key={point.x} cx={point.x} cy={point.y} r={2.5} />)}
    </>
  );
}

/** The width of the plot and its font size, in pixels, and the height of the window in that. */
function useSize(ref: React.RefObject<HTMLElement | null>): { width: number; em: number; windowEm: number } {
  const [size, setSize] = useState({ width: 0, em: 14, windowEm: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const em = Number.parseFloat(getComputedStyle(element).fontSize);
      setSize({ width: element.clientWidth, em, windowEm: window.innerHeight / em });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}
