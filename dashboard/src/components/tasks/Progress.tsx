import { formatPercent } from "../text/format";

/** A progress bar with its percentage. */
export function Progress({ value, label }: { value: number; label: string }) {
  return (
    <span className="progress" data-done={value >= 1 || undefined}>
      <progress max={1} value={value} aria-label={label} />
      <span className="figure">{formatPercent(value)}</span>
    </span>
  );
}
