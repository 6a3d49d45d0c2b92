import type { Api } from "../../api/api";
import {
  CriticalPathDocument,
  GraphOfObjectiveDocument,
  type GraphTaskFragment,
  GraphTasksDocument,
} from "../../api/documents";

/** Tasks and what holds back what among them. */
export interface Web {
  readonly tasks: ReadonlyMap<string, GraphTaskFragment>;
  /** From what holds back to what is held back. */
  readonly edges: readonly (readonly [string, string])[];
  /** The longest chain of unfinished tasks, in order. */
  readonly critical: readonly string[];
  /** There is more around it than is shown. */
  readonly more: boolean;
}

const MOST = 150;
const AT_A_TIME = 100;
const STEPS = 4;

/** The web around a task, of an objective, or, without either, around the room's critical path. */
export async function webAround(api: Api, room: string, center: string): Promise<Web> {
  if (center.startsWith("O")) {
    const [{ objective }, { criticalPath }] = await Promise.all([
      api.ask(GraphOfObjectiveDocument, { id: center, first: MOST }),
      api.ask(CriticalPathDocument, { room, objective: center }),
    ]);
    const tasks = new Map((objective?.tasks.nodes ?? []).map((task) => [task.id, task]));
    return woven(tasks, ids(criticalPath), (objective?.tasks.totalCount ?? 0) > tasks.size);
  }
  const critical = ids((await api.ask(CriticalPathDocument, { room, objective: null })).criticalPath);
  return spread(api, center ? [center] : critical, critical, center ? STEPS : 1);
}

/** All that can be reached from here in so many steps, either way. */
async function spread(api: Api, from: readonly string[], critical: readonly string[], steps: number): Promise<Web> {
  const tasks = new Map<string, GraphTaskFragment>();
  let edge = [...from];
  for (let step = 0; step <= steps && edge.length > 0 && tasks.size < MOST; step += 1) {
    const asked = edge.slice(0, Math.min(AT_A_TIME, MOST - tasks.size));
    const { nodes } = await api.ask(GraphTasksDocument, { ids: asked }, { partly: step > 0 });
    for (const node of nodes) if (isTask(node)) tasks.set(node.id, node);
    edge = [
      ...new Set(edge.slice(asked.length).concat(nodes.flatMap((node) => (isTask(node) ? around(node) : [])))),
    ].filter((id) => !tasks.has(id));
  }
  return woven(tasks, critical, edge.length > 0);
}

function around(task: GraphTaskFragment): string[] {
  return [
    ...task.dependencies.filter(({ kind }) => kind === "BLOCKS").map(({ dependsOn }) => dependsOn.id),
    ...task.dependents.filter(({ kind }) => kind === "BLOCKS").map((dependent) => dependent.task.id),
  ];
}

function woven(tasks: ReadonlyMap<string, GraphTaskFragment>, critical: readonly string[], more: boolean): Web {
  const edges = [...tasks.values()].flatMap((task) =>
    task.dependencies
      .filter(({ kind, dependsOn }) => kind === "BLOCKS" && tasks.has(dependsOn.id))
      .map(({ dependsOn }) => [dependsOn.id, task.id] as const),
  );
  return { tasks, edges, critical: critical.filter((id) => tasks.has(id)), more };
}

function ids(tasks: readonly { id: string }[]): string[] {
  return tasks.map(({ id }) => id);
}

/** Ids of other things answer with nothing. */
function isTask(node: GraphTaskFragment | object | null): node is GraphTaskFragment {
  return node !== null && "id" in node;
}
