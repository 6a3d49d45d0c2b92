import { type ReactNode, useId } from "react";
import { formatNumber } from "./format";

interface PanelProps {
  readonly title: string;
  readonly count?: number | undefined;
  /** Shown instead of the children when `count` is 0. */
  readonly empty?: string | undefined;
  readonly className?: string | undefined;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

/** A section of a view with a heading. */
export function Panel({ title, count, empty, className = "", action, children }: PanelProps) {
  const heading = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        {count !== undefined && <span className="count">{formatNumber(count)}</span>}
        {action}
      </header>
      {count === 0 && empty ? <p className="empty">{empty}</p> : children}
    </section>
  );
}
