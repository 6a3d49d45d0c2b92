import { type ReactNode, useId } from "react";
import { number } from "./format";

interface PanelProps {
  readonly title: string;
  readonly count?: number | undefined;
  /** What is said where there is nothing. */
  readonly empty?: string | undefined;
  readonly className?: string | undefined;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

/** A part of a view, under its heading. */
export function Panel({ title, count, empty, className = "", action, children }: PanelProps) {
  const heading = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        {count !== undefined && <span className="count">{number(count)}</span>}
        {action}
      </header>
      {count === 0 && empty ? <p className="empty">{empty}</p> : children}
    </section>
  );
}
