import type { ComponentType } from "react";

/** A view of a room. Each has its own folder, and is loaded when it is first opened. */
export interface View {
  /** The first part of its path within the room. */
  readonly path: string;
  /** Its name in the navigation; null if only other views link to it. */
  readonly name: string | null;
  /** The key that opens it after `g`. */
  readonly key?: string;
  readonly View: ComponentType<ViewProps>;
}

export interface ViewProps {
  /** What follows the view's path in the address: an id, or nothing. */
  readonly rest: string;
}
