import { type ComponentType, type LazyExoticComponent, lazy } from "react";

/** A view of a room. Each has its own folder, and its script is loaded when it is first opened. */
export interface View {
  /** The first part of its path within the room. */
  readonly path: string;
  /** Its name in the navigation; null if only other views link to it. */
  readonly name: string | null;
  /** The key that opens it after `g`. */
  readonly key?: string;
  /** Only admins are offered it. */
  readonly adminOnly?: boolean;
  /** Its script, which can be loaded ahead. */
  readonly load: () => Promise<ViewModule>;
  readonly View: LazyExoticComponent<ComponentType<ViewProps>>;
}

export interface ViewProps {
  /** What follows the view's path in the address: an id, or nothing. */
  readonly rest: string;
}

interface ViewModule {
  readonly default: ComponentType<ViewProps>;
}

/** A view's script is not there: the server is away, or has another build by now. */
export class MissingScript extends Error {}

/** A view whose script is loaded by `load`. */
export function view(
  path: string,
  name: string | null,
  load: () => Promise<ViewModule>,
  options: Pick<View, "key" | "adminOnly"> = {},
): View {
  const loadOrMissing = () =>
    load().catch((error: unknown) => {
      throw new MissingScript(String(error));
    });
  return { path, name, load, View: lazy(loadOrMissing), ...options };
}
