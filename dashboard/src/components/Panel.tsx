import { type ReactNode, useId } from "react";
import { formatNumber } from "./text/format";

interface PanelProps {
  readonly title: string;
  readonly count?: number | undefined;
  /** Shown instead of the children, in one line with the title, when `count` is 0. */
  readonly empty?: string | undefined;
  readonly className?: string | undefined;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

/** A section of a view with a heading. */
export function Panel({ title, count, empty, className = "", action, children }: PanelProps) {
  const heading = useId();
  if (count === 0 && empty)
    return (
      <section className={`panel panel-empty ${className}`} aria-labelledby={heading}>
        <h2 id={heading}>{title}</h2>
        <p className="empty">{empty}</p>
        {action}
      </section>
    );
  return (
    <section className={`panel ${className}`} aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        {count !== undefined && <span className="count">{formatNumber(count)}</span>}
        {action}
      </header>
      {children}
    </section>
  );
}
