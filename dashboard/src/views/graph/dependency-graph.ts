import type { Api } from "../../api/api";
import {
  CriticalPathDocument,
  type GraphNodeFragment,
  GraphOfObjectiveDocument,
  GraphOfRoomDocument,
  type GraphPageFragment,
  type GraphTaskFragment,
  GraphTasksDocument,
  type TaskFilter,
} from "../../api/documents";

/** Tasks, and which of them block which. */
export interface DependencyGraph {
  readonly tasks: ReadonlyMap<string, GraphNodeFragment>;
  /** From the task that blocks to the task that is blocked. */
  readonly edges: readonly (readonly [string, string])[];
  /** The longest chain of unfinished tasks, in order. */
  readonly critical: readonly string[];
  /** More tasks belong to it than are shown. */
  readonly truncated: boolean;
}

/** What stands for an id where the graph is of all open tasks of the room. */
export const ALL_OPEN = "open";

const MAX_TASKS = 150;
const MAX_IDS = 100;
const STEPS = 4;
const PAGE = 200;
// As many as a browser draws at once without a pause.
const MAX_WHOLE = 600;
const OPEN: TaskFilter = { statuses: ["TODO", "DOING", "BLOCKED", "VALIDATING"] };

/**
 * The graph around a task, of an objective, of all open tasks, or, without a center, around the room's critical path.
 * `finished`: tasks of an objective that are over belong to it too.
 */
export async function fetchDependencyGraph(
  api: Api,
  room: string,
  center: string,
  finished: boolean,
): Promise<DependencyGraph> {
  if (center === ALL_OPEN) {
    const ofRoom = async (after: string | null) =>
      (await api.query(GraphOfRoomDocument, { room, filter: OPEN, first: PAGE, after })).room?.tasks;
    return fetchWhole(api, room, null, ofRoom);
  }
  if (center.startsWith("O")) {
    const filter = finished ? null : OPEN;
    const ofObjective = async (after: string | null) =>
      (await api.query(GraphOfObjectiveDocument, { id: center, filter, first: PAGE, after })).objective?.tasks;
    return fetchWhole(api, room, center, ofObjective);
  }
  const critical = idsOf((await api.query(CriticalPathDocument, { room, objective: null })).criticalPath);
  return fetchAround(api, center ? [center] : critical, critical, center ? STEPS : 1);
}

/** All tasks of a list, page by page. */
async function fetchWhole(
  api: Api,
  room: string,
  objective: string | null,
  fetchPage: (after: string | null) => Promise<GraphPageFragment | undefined>,
): Promise<DependencyGraph> {
  const { criticalPath } = await api.query(CriticalPathDocument, { room, objective });
  const tasks: GraphNodeFragment[] = [];
  let page = await fetchPage(null);
  while (page) {
    tasks.push(...page.nodes);
    const { endCursor, hasNextPage } = page.pageInfo;
    if (!hasNextPage || tasks.length >= MAX_WHOLE) break;
    page = await fetchPage(endCursor ?? null);
  }
  return buildGraph(tasks, idsOf(criticalPath), (page?.totalCount ?? 0) > tasks.length);
}

/** All tasks that can be reached in so many steps, in both directions. */
async function fetchAround(
  api: Api,
  start: readonly string[],
  critical: readonly string[],
  steps: number,
): Promise<DependencyGraph> {
  const tasks = new Map<string, GraphTaskFragment>();
  let frontier = [...start];
  for (let step = 0; step <= steps && frontier.length > 0 && tasks.size < MAX_TASKS; step += 1) {
    const ids = frontier.slice(0, Math.min(MAX_IDS, MAX_TASKS - tasks.size));
    const { nodes } = await api.query(GraphTasksDocument, { ids }, { allowPartial: step > 0 });
    const found = nodes.filter(isTask);
    for (const task of found) tasks.set(task.id, task);
    frontier = [...new Set(frontier.slice(ids.length).concat(found.flatMap(neighbours)))].filter(
      (id) => !tasks.has(id),
    );
  }
  return buildGraph([...tasks.values()], critical, frontier.length > 0);
}

/** The tasks that it waits for, and those that wait for it. */
export function neighbours(task: GraphTaskFragment): string[] {
  return [
    ...task.dependencies.filter(({ kind }) => kind === "BLOCKS").map(({ dependsOn }) => dependsOn.id),
    ...task.dependents.filter(({ kind }) => kind === "BLOCKS").map((dependent) => dependent.task.id),
  ];
}

/** The tasks with the blocking edges among them; edges and parts of the critical path that lead elsewhere are left out. */
export function buildGraph(
  list: readonly GraphNodeFragment[],
  critical: readonly string[],
  truncated: boolean,
): DependencyGraph {
  const tasks = new Map(list.map((task) => [task.id, task]));
  const edges = [...tasks.values()].flatMap((task) =>
    task.dependencies
      .filter(({ kind, dependsOn }) => kind === "BLOCKS" && tasks.has(dependsOn.id))
      .map(({ dependsOn }) => [dependsOn.id, task.id] as const),
  );
  return { tasks, edges, critical: critical.filter((id) => tasks.has(id)), truncated };
}

function idsOf(tasks: readonly { id: string }[]): string[] {
  return tasks.map(({ id }) => id);
}

/** `nodes` holds null, or an object without fields, where an id is not that of a task. */
function isTask(node: GraphTaskFragment | object | null): node is GraphTaskFragment {
  return node !== null && "id" in node;
}
