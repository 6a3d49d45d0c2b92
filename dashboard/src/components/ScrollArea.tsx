import type { ReactNode, Ref } from "react";

interface ScrollerProps {
  readonly label: string;
  readonly className: string;
  readonly area: Ref<HTMLElement>;
  readonly onScroll?: () => void;
  readonly children: ReactNode;
}

/** A part that scrolls by itself, and is reached by keys. */
export function Scroller({ label, className, area, onScroll, children }: ScrollerProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys scroll what has the focus.
    <section className={className} ref={area} tabIndex={0} aria-label={label} onScroll={onScroll}>
      {children}
    </section>
  );
}
