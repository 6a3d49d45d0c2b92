import { useEffect, useRef } from "react";

interface Shortcuts {
  readonly go: (key: string) => void;
  readonly help: () => void;
}

const TOGETHER_MS = 1_200;

/** Where keys are text, or a dialog is open, they are nobody's shortcut. */
export function isTyping(event: KeyboardEvent): boolean {
  const at = event.target;
  return (
    event.defaultPrevented ||
    event.metaKey ||
    event.ctrlKey ||
    event.altKey ||
    (at instanceof HTMLElement && at.closest("input, textarea, select, dialog, [contenteditable]") !== null)
  );
}

/** `g` and a letter leads to a view, `/` to the view's search, `?` to the list of them all. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;

  useEffect(() => {
    let leader = 0;
    const press = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      if (event.key === "g") {
        leader = Date.now();
      } else if (event.key === "?") {
        latest.current.help();
      } else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("main input[type=search]");
        if (!search) return;
        event.preventDefault();
        search.focus();
      } else {
        if (Date.now() - leader < TOGETHER_MS) latest.current.go(event.key);
        leader = 0;
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
