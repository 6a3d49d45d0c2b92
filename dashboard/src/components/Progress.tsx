import { percent } from "./format";

/** How far something is. */
export function Progress({ value, label }: { value: number; label: string }) {
  return (
    <span className="progress" data-done={value >= 1 || undefined}>
      <progress max={1} value={value} aria-label={label} />
      <span className="figure">{percent(value)}</span>
    </span>
  );
}
