import { useEffect, useRef } from "react";

interface Shortcuts {
  /** `g`, then this key. */
  readonly go: (key: string) => void;
  readonly palette: () => void;
  /** Any other key; returns whether it meant something. */
  readonly press: (key: string) => boolean;
}

const SEQUENCE_MS = 1_200;
// Fields in which keys write. Boxes that are ticked are none.
const WRITES = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";
const KEY_OF_INPUT_METHOD = 229;

/** Whether a key belongs to a text field, an input method, a dialog or the browser, and is no shortcut. */
function isElsewhere(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    event.metaKey ||
    event.ctrlKey ||
    event.altKey ||
    document.querySelector("dialog[open]") !== null ||
    (target instanceof HTMLElement && target.closest(WRITES) !== null)
  );
}

/** Listens for shortcuts: Ctrl and K, or the one key of a Mac for it, everywhere; all others where nobody types. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;

  useEffect(() => {
    let pressedG = 0;
    const handleKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD) return;
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
        // Of the browser, it is a search too.
        event.preventDefault();
        if (!document.querySelector("dialog[open]")) latest.current.palette();
        return;
      }
      if (isElsewhere(event)) return;
      if (Date.now() - pressedG < SEQUENCE_MS) {
        pressedG = 0;
        event.preventDefault();
        latest.current.go(event.key);
      } else if (event.key === "g") {
        pressedG = Date.now();
      } else if (latest.current.press(event.key)) event.preventDefault();
    };
    window.addEventListener("keydown", handleKey);
    return () => window.removeEventListener("keydown", handleKey);
  }, []);
}

/** Focuses the next or the previous of what the view lists: Enter then opens it. */
export function focusItem(step: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>("main [data-item]")].filter((item) =>
    item.checkVisibility(),
  );
  const at = items.findIndex((item) => item.contains(document.activeElement));
  const next = items[at < 0 ? (step > 0 ? 0 : items.length - 1) : at + step];
  const target = next?.querySelector<HTMLElement>("a, button");
  target?.focus();
  next?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Focuses the field in which the view is searched. */
export function focusSearch(): void {
  document.querySelector<HTMLInputElement>("main input[type=search], main [data-search] input")?.focus();
}

/** The id of the task that has the focus, or whose page is open. */
export function taskInFocus(): string | null {
  const focused = document.activeElement?.closest<HTMLElement>("[data-task]")?.dataset.task;
  return focused ?? /\/tasks\/(T\d+)$/.exec(location.pathname)?.[1] ?? null;
}
