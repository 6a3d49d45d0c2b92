import { useEffect, useState } from "react";
import { Refusal } from "../../api/refusal";

const PAUSE_MS = 120;

export interface Suggestions<Item> {
  /** Those of the text before, until the answer for this one is here. */
  readonly items: readonly Item[];
  /** The answer for the present text is still awaited. */
  readonly busy: boolean;
  readonly refusal: Refusal | null;
}

/** What fits a text that somebody types, asked for when the typing pauses. `find` must be memoised. */
export function useSuggestions<Item>(
  text: string,
  find: (text: string) => Promise<readonly Item[]>,
): Suggestions<Item> {
  const [state, setState] = useState<Suggestions<Item>>({ items: [], busy: true, refusal: null });
  const typed = text.trim();

  useEffect(() => {
    let outdated = false;
    setState((before) => ({ ...before, busy: true }));
    const timer = window.setTimeout(
      () =>
        find(typed)
          .then((items) => ({ items, busy: false, refusal: null }))
          .catch((error: unknown) => ({ items: [], busy: false, refusal: Refusal.fromUnknown(error) }))
          .then((next) => {
            if (!outdated) setState(next);
          }),
      typed ? PAUSE_MS : 0,
    );
    return () => {
      outdated = true;
      window.clearTimeout(timer);
    };
  }, [typed, find]);

  return state;
}
