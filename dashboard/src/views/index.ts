import { lazy } from "react";
import type { View } from "./view";

/** All views, in the order of the navigation. */
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
