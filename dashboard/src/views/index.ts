import type { Role } from "../api/documents";
import { type View, view } from "./view";

/** All views, in the order of the navigation. */
const VIEWS: readonly View[] = [
  view("now", "Now", () => import("./now/Now"), { key: "n" }),
  view("decisions", "Decisions", () => import("./decisions/Decisions"), { key: "e" }),
  view("tree", "Tree", () => import("./tree/Tree"), { key: "t" }),
  view("board", "Board", () => import("./board/Board"), { key: "b" }),
  view("list", "List", () => import("./list/List"), { key: "k" }),
  view("graph", "Graph", () => import("./graph/Graph"), { key: "r" }),
  view("room", "Room", () => import("./room/Room"), { key: "o" }),
  view("inbox", "Inbox", () => import("./inbox/Inbox"), { key: "i" }),
  view("agents", "Agents", () => import("./agents/Agents"), { key: "a" }),
  view("insights", "Insights", () => import("./insights/Insights"), { key: "l" }),
  view("flow", "Flow", () => import("./flow/Flow"), { key: "f" }),
  view("digest", "Digest", () => import("./digest/Digest"), { key: "d" }),
  view("schedules", "Schedules", () => import("./schedules/Schedules"), { key: "s" }),
  view("resources", "Resources", () => import("./resources/Resources"), { key: "u" }),
  view("webhooks", "Webhooks", () => import("./webhooks/Webhooks"), { key: "w", adminOnly: true }),
  view("settings", "Settings", () => import("./rooms/RoomSettings"), { key: "," }),
  view("tasks", null, () => import("./task/TaskPage")),
];

/** The views that a caller with this role is offered. */
export function viewsFor(role: Role): readonly View[] {
  return VIEWS.filter(({ adminOnly }) => !adminOnly || role === "ADMIN");
}

/** Load the script of the view at this path, or of the one that opens first, while nothing is known yet. */
export function preloadViewAt(path: string): void {
  const [, , , name] = path.split("/");
  const open = VIEWS.find((one) => one.path === name) ?? VIEWS[0];
  // Where that fails, the view says so.
  open?.load().catch(() => undefined);
}

const IDLE_MS = 2_000;

/** Load the scripts of all views when nothing else is to be done, so that they open at once, and without the server. */
export function preloadViews(): () => void {
  const timer = window.setTimeout(async () => {
    // One at a time, so that what the open view asks for comes first. Where one fails, its view says so.
    for (const { load } of VIEWS) await load().catch(() => undefined);
  }, IDLE_MS);
  return () => window.clearTimeout(timer);
}
