const CONTROLS = "button, a, input, select, textarea, summary, li, tr";

let last: Element | null = null;

function remember({ target }: Event) {
  last = target instanceof Element ? target.closest(CONTROLS) : null;
}

/** Remembers what is pressed, until the function that is returned is called. Focus tells less: a disabled control has none. */
export function rememberPressed(): () => void {
  document.addEventListener("pointerdown", remember, true);
  document.addEventListener("keydown", remember, true);
  return () => {
    document.removeEventListener("pointerdown", remember, true);
    document.removeEventListener("keydown", remember, true);
  };
}

/** The control that was pressed last. */
export function lastPressed(): Element | null {
  return last;
}

const GAP = 8;
const WIDEST = 416;

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly left: number;
  readonly top?: number;
  readonly bottom?: number;
}

/** Where a note on something stands in the window: above it, or below where there is no room; none where it is out of sight. */
export function placeBeside(box: Pick<DOMRect, "left" | "top" | "bottom">, window: Size): Place | null {
  if (box.bottom <= 0 || box.top >= window.height) return null;
  const left = Math.max(GAP, Math.min(box.left, window.width - WIDEST - GAP));
  return box.top > window.height / 3
    ? { left, bottom: window.height - box.top + GAP }
    : { left, top: box.bottom + GAP };
}
