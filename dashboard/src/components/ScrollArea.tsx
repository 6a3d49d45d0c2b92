import type { ReactNode, Ref } from "react";

interface ScrollAreaProps {
  readonly label: string;
  readonly className: string;
  readonly area: Ref<HTMLElement>;
  readonly onScroll?: () => void;
  readonly children: ReactNode;
}

/** A part of the page that scrolls by itself, and can be focused so that keys scroll it. */
export function ScrollArea({ label, className, area, onScroll, children }: ScrollAreaProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys scroll the focused element.
    <section className={className} ref={area} tabIndex={0} aria-label={label} onScroll={onScroll}>
      {children}
    </section>
  );
}
