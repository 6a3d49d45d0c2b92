import { type ComponentType, lazy } from "react";

/** A view of a room. Each stands in a folder of its own, and is loaded when it is first opened. */
export interface View {
  /** The first part of its address within the room; what follows it is the view's own. */
  readonly path: string;
  /** As the navigation names it; null where other views lead to it. */
  readonly name: string | null;
  /** Pressed after `g`. */
  readonly key?: string;
  readonly View: ComponentType<ViewProps>;
}

export interface ViewProps {
  /** What stands in the address behind the view's path: an id, or nothing. */
  readonly rest: string;
}

export const VIEWS: readonly View[] = [
  { path: "now", name: "Now", key: "n", View: lazy(() => import("./now/Now")) },
  { path: "tree", name: "Tree", key: "t", View: lazy(() => import("./tree/Tree")) },
  { path: "board", name: "Board", key: "b", View: lazy(() => import("./board/Board")) },
  { path: "graph", name: "Graph", key: "r", View: lazy(() => import("./graph/Graph")) },
  { path: "room", name: "Room", key: "o", View: lazy(() => import("./room/Room")) },
  { path: "inbox", name: "Inbox", key: "i", View: lazy(() => import("./inbox/Inbox")) },
  { path: "agents", name: "Agents", key: "a", View: lazy(() => import("./agents/Agents")) },
  { path: "flow", name: "Flow", key: "f", View: lazy(() => import("./flow/Flow")) },
  { path: "digest", name: "Digest", key: "d", View: lazy(() => import("./digest/Digest")) },
  { path: "tasks", name: null, View: lazy(() => import("./task/TaskPage")) },
];
