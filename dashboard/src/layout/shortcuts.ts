import { useEffect, useRef } from "react";

interface Shortcuts {
  readonly go: (key: string) => void;
  readonly help: () => void;
}

const SEQUENCE_MS = 1_200;

/** Whether a key belongs to a text field, a dialog or the browser, and is no shortcut. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    event.defaultPrevented ||
    event.metaKey ||
    event.ctrlKey ||
    event.altKey ||
    (target instanceof HTMLElement && target.closest("input, textarea, select, dialog, [contenteditable]") !== null)
  );
}

/** `g` and a letter opens a view, `/` focuses the view's search field, `?` opens the list of shortcuts. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;

  useEffect(() => {
    let pressedG = 0;
    const handleKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      if (event.key === "g") {
        pressedG = Date.now();
      } else if (event.key === "?") {
        latest.current.help();
      } else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("main input[type=search]");
        if (!search) return;
        event.preventDefault();
        search.focus();
      } else {
        if (Date.now() - pressedG < SEQUENCE_MS) latest.current.go(event.key);
        pressedG = 0;
      }
    };
    window.addEventListener("keydown", handleKey);
    return () => window.removeEventListener("keydown", handleKey);
  }, []);
}
