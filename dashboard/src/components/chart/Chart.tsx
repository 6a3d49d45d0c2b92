import { type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import "./chart.css";
import { inWords, type Measure, timeTicks, valueTicks } from "./scale";

/** A step of time, or a moment where both ends are one. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Series {
  readonly name: string;
  readonly shape: "bars" | "area" | "line" | "dashes" | "dots";
  readonly tone: "done" | "doing" | "review" | "soft";
  /** Null where there is none. */
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** What the values count, beside their axis. */
  readonly unit: string;
  readonly measure?: Measure;
  readonly spans: readonly Span[];
  readonly series: readonly Series[];
  /** The last step is not over yet. */
  readonly open?: boolean;
  readonly action?: ReactNode;
}

/** Values over time, to look at; by pointer or arrow keys each can be read, and all of them stand in a table. */
export function Chart({ title, unit, measure = "count", spans, series, open = false, action }: ChartProps) {
  const heading = useId();
  const [chosen, setChosen] = useState<number | null>(null);
  const plot = useRef<HTMLDivElement>(null);
  const { width, em } = useSize(plot);
  const at = Math.min(chosen ?? spans.length - 1, spans.length - 1);
  const span = spans[at];
  const most = Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const ticks = valueTicks(most, measure);
  const box = {
    left: (Math.max(...ticks.map(({ text }) => text.length)) * 0.62 + 0.6) * em,
    top: 0.7 * em,
    bottom: 1.7 * em,
    height: 13 * em,
  };
  const right = 0.6 * em;
  const from = spans[0]?.from ?? 0;
  const to = spans.at(-1)?.to ?? 1;
  const top = ticks.at(-1)?.at ?? 1;
  const x = (time: number) => box.left + ((time - from) / Math.max(1, to - from)) * (width - box.left - right);
  const y = (value: number) => box.height - box.bottom - (value / top) * (box.height - box.bottom - box.top);
  const middle = ({ from: begin, to: end }: Span) => x((begin + end) / 2);

  const point = (event: PointerEvent) => {
    const area = plot.current?.getBoundingClientRect();
    if (!area) return;
    const here = event.clientX - area.left;
    let nearest = 0;
    spans.forEach((one, index) => {
      const best = spans[nearest];
      if (best && Math.abs(middle(one) - here) < Math.abs(middle(best) - here)) nearest = index;
    });
    setChosen(nearest);
  };
  const said = (index: number) =>
    series.map(({ name, values }) => `${name} ${value(values[index] ?? null, measure)}`).join(", ");

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
            {name} <b>{value(values[at] ?? null, measure)}</b>
          </span>
        ))}
        <span className="soft">
          {span?.text}
          {open && at === spans.length - 1 && ", so far"}
        </span>
      </p>
      <div
        className="chart-plot"
        ref={plot}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setChosen(null)}
      >
        {width > 0 && (
          <svg width={width} height={box.height} aria-hidden="true">
            {ticks.map((tick) => (
              <g key={tick.at}>
                <line className="chart-grid" x1={box.left} x2={width - right} y1={y(tick.at)} y2={y(tick.at)} />
                <text x={box.left - 0.4 * em} y={y(tick.at)} textAnchor="end" dominantBaseline="middle">
                  {tick.text}
                </text>
              </g>
            ))}
            {timeTicks(from, to, (width - box.left) / (5 * em)).map((tick) => (
              <g key={tick.at}>
                <line
                  className="chart-tick"
                  x1={x(tick.at)}
                  x2={x(tick.at)}
                  y1={box.height - box.bottom}
                  y2={box.height - box.bottom + 0.3 * em}
                />
                <text
                  x={Math.min(Math.max(x(tick.at), box.left + 1.4 * em), width - 1.9 * em)}
                  y={box.height - 0.35 * em}
                  textAnchor="middle"
                >
                  {tick.text}
                </text>
              </g>
            ))}
            {span && chosen !== null && (
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
                  <Bars spans={spans} values={one.values} x={x} y={y} open={open} />
                ) : (
                  <Line spans={spans} shape={one.shape} values={one.values} at={middle} y={y} />
                )}
                {span && chosen !== null && one.values[at] != null && one.shape !== "bars" && (
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
          aria-valuetext={span ? `${span.text}: ${said(at)}` : ""}
          min={0}
          max={Math.max(0, spans.length - 1)}
          value={Math.max(0, at)}
          onChange={(event) => setChosen(Number(event.target.value))}
          onBlur={() => setChosen(null)}
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
            {spans.map((one, index) => (
              <tr key={one.from}>
                <th scope="row">{one.text}</th>
                {series.map(({ name, values }) => (
                  <td key={name}>{value(values[index] ?? null, measure)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

function value(one: number | null, measure: Measure): string {
  return one === null ? "–" : inWords(one, measure);
}

interface BarsProps {
  readonly spans: readonly Span[];
  readonly values: readonly (number | null)[];
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
  readonly open: boolean;
}

function Bars({ spans, values, x, y, open }: BarsProps) {
  return spans.map(({ from, to }, index) => {
    const one = values[index] ?? 0;
    const wide = x(to) - x(from);
    return one === 0 ? null : (
      <rect
        key={from}
        x={x(from) + wide * 0.14}
        y={y(one)}
        width={Math.max(1, wide * 0.72)}
        height={y(0) - y(one)}
        data-open={(open && index === spans.length - 1) || undefined}
      />
    );
  });
}

interface LineProps {
  readonly spans: readonly Span[];
  readonly shape: Series["shape"];
  readonly values: readonly (number | null)[];
  readonly at: (span: Span) => number;
  readonly y: (value: number) => number;
}

/** Steps without a value are passed over. */
function Line({ spans, shape, values, at, y }: LineProps) {
  const points = spans.flatMap((span, index) => {
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

/** How wide there is room to draw, and how large a letter is. */
function useSize(place: React.RefObject<HTMLElement | null>): { width: number; em: number } {
  const [size, setSize] = useState({ width: 0, em: 14 });
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      setSize({ width: element.clientWidth, em: Number.parseFloat(getComputedStyle(element).fontSize) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return size;
}
