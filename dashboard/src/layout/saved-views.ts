import { useCallback, useSyncExternalStore } from "react";
import { useRoom } from "./room";

/** A board or a list with its filters, order and columns, under a name. */
export interface SavedView {
  readonly name: string;
  /** Its address within the room, with what follows the question mark. */
  readonly path: string;
}

const NONE: readonly SavedView[] = [];
const listeners = new Set<() => void>();
// The last that was read, so that the same text is the same list.
let read: { readonly text: string; readonly views: readonly SavedView[] } = { text: "", views: NONE };

function load(key: string): readonly SavedView[] {
  const text = localStorage.getItem(key);
  if (text === null) return NONE;
  if (text !== read.text) read = { text, views: JSON.parse(text) as SavedView[] };
  return read.views;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** The views of this room that were saved in this browser. */
export function useSavedViews() {
  const { name: room } = useRoom();
  const key = `goalroom.views.${room}`;
  const views = useSyncExternalStore(subscribe, () => load(key));
  const store = useCallback(
    (next: readonly SavedView[]) => {
      localStorage.setItem(key, JSON.stringify(next));
      for (const listener of listeners) listener();
    },
    [key],
  );
  return {
    views,
    /** Under a name that is taken already, it takes that one's place. */
    save: (view: SavedView) => store([...load(key).filter(({ name }) => name !== view.name), view]),
    remove: (name: string) => store(load(key).filter((view) => view.name !== name)),
  };
}
