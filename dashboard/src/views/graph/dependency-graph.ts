import type { Api } from "../../api/api";
import {
  CriticalPathDocument,
  GraphOfObjectiveDocument,
  type GraphTaskFragment,
  GraphTasksDocument,
} from "../../api/documents";

/** Tasks, and which of them block which. */
export interface DependencyGraph {
  readonly tasks: ReadonlyMap<string, GraphTaskFragment>;
  /** From the task that blocks to the task that is blocked. */
  readonly edges: readonly (readonly [string, string])[];
  /** The longest chain of unfinished tasks, in order. */
  readonly critical: readonly string[];
  /** More tasks belong to it than are shown. */
  readonly truncated: boolean;
}

const MAX_TASKS = 150;
const MAX_IDS = 100;
const STEPS = 4;

/** The graph around a task, of an objective, or, without a center, around the room's critical path. */
export async function fetchDependencyGraph(api: Api, room: string, center: string): Promise<DependencyGraph> {
  if (center.startsWith("O")) {
    const [{ objective }, { criticalPath }] = await Promise.all([
      api.query(GraphOfObjectiveDocument, { id: center, first: MAX_TASKS }),
      api.query(CriticalPathDocument, { room, objective: center }),
    ]);
    const tasks = objective?.tasks.nodes ?? [];
    return buildGraph(tasks, idsOf(criticalPath), (objective?.tasks.totalCount ?? 0) > tasks.length);
  }
  const critical = idsOf((await api.query(CriticalPathDocument, { room, objective: null })).criticalPath);
  return fetchAround(api, center ? [center] : critical, critical, center ? STEPS : 1);
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
  list: readonly GraphTaskFragment[],
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
