import type { OpenTaskFragment, WaitKind } from "../../api/documents";

type OpenTask = OpenTaskFragment;
type Wait = OpenTask["waitingOn"][number];

/** Why some tasks can't be started: one cause, and how many tasks it holds back. */
export interface Cause {
  readonly kind: WaitKind;
  /** What it is in words, as the API says it of one of them. */
  readonly reason: string;
  /** The task that is at the beginning of the chain, or the objective that is a draft. */
  readonly task: string | null;
  readonly objective: string | null;
  readonly until: string | null;
  readonly waiting: readonly string[];
}

/** All that waits behind other tasks, in sum. */
export interface Behind {
  readonly waiting: number;
  /** The tasks at the beginning of the chains: all, and those that anybody could take now. */
  readonly first: number;
  readonly free: number;
}

/** Work of somebody who is not there. */
export interface Absence {
  readonly name: string;
  readonly lastSeenAt: string | null;
  readonly tasks: readonly OpenTask[];
}

/** What holds tasks back, the cause of most first. A chain of tasks counts for the one that it begins with. */
export function causesOf(tasks: readonly OpenTask[]): readonly Cause[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const causes = new Map<string, Cause & { waiting: string[] }>();
  for (const task of tasks) {
    if (task.ready) continue;
    for (const wait of firstWaits(task, byId)) {
      const key = [
        wait.kind,
        wait.task?.id ?? wait.objective?.id ?? (wait.kind === "SCHEDULE" ? "" : wait.reason),
      ].join();
      const cause = causes.get(key);
      if (cause) cause.waiting.push(task.id);
      else
        causes.set(key, {
          kind: wait.kind,
          reason: wait.reason,
          task: wait.task?.id ?? null,
          objective: wait.objective?.id ?? null,
          until: wait.until ?? null,
          waiting: [task.id],
        });
    }
  }
  return [...causes.values()].sort((one, other) => other.waiting.length - one.waiting.length);
}

/** The waits at the far end of what the task waits for, each once. */
function firstWaits(task: OpenTask, byId: ReadonlyMap<string, OpenTask>): readonly Wait[] {
  const found = new Map<string, Wait>();
  const seen = new Set<string>();
  const follow = (one: OpenTask) => {
    if (seen.has(one.id)) return;
    seen.add(one.id);
    for (const wait of one.waitingOn) {
      const before = wait.task && byId.get(wait.task.id);
      if (before && !before.ready && before.waitingOn.length > 0) follow(before);
      // Of a reason that somebody gave, the task itself tells.
      else if (wait.kind !== "REASON" || one !== task) found.set(`${wait.kind} ${wait.reason}`, atEnd(wait, one, task));
    }
  };
  follow(task);
  return [...found.values()];
}

/** A wait of a task before this one: where it has no task of its own, that one is what this one waits for. */
function atEnd(wait: Wait, of: OpenTask, task: OpenTask): Wait {
  return of === task || wait.task || wait.kind !== "REASON" ? wait : { ...wait, task: { id: of.id } };
}

/** What the causes that are tasks hold back together; null where there are none. */
export function behindTasks(causes: readonly Cause[], tasks: readonly OpenTask[]): Behind | null {
  const behind = causes.flatMap((cause) => (cause.task === null ? [] : { ...cause, task: cause.task }));
  if (behind.length === 0) return null;
  const free = new Set(tasks.filter(({ ready, assignee }) => ready && assignee === null).map(({ id }) => id));
  const first = new Set(behind.map(({ task }) => task));
  return {
    waiting: new Set(behind.flatMap(({ waiting }) => waiting)).size,
    first: first.size,
    free: [...first].filter((id) => free.has(id)).length,
  };
}

/** What somebody owns and has not started, or can't go on with. */
export interface Owned {
  readonly todo: number;
  readonly waiting: number;
  readonly blocked: number;
}

/** By owner: their open tasks that are not in work. */
export function ownedBy(tasks: readonly OpenTask[]): ReadonlyMap<string, Owned> {
  const owned = new Map<string, Owned>();
  for (const { assignee, status, ready } of tasks) {
    if (!assignee) continue;
    const { todo, waiting, blocked } = owned.get(assignee.name) ?? { todo: 0, waiting: 0, blocked: 0 };
    owned.set(assignee.name, {
      todo: todo + Number(status === "TODO" && ready),
      waiting: waiting + Number(status === "TODO" && !ready),
      blocked: blocked + Number(status === "BLOCKED"),
    });
  }
  return owned;
}

/** Open work by owners who are offline, whoever owns most first. */
export function absencesOf(tasks: readonly OpenTask[]): readonly Absence[] {
  const absences = new Map<string, Absence & { tasks: OpenTask[] }>();
  for (const task of tasks) {
    const owner = task.assignee;
    if (owner?.presence !== "OFFLINE") continue;
    const absence = absences.get(owner.name);
    if (absence) absence.tasks.push(task);
    else absences.set(owner.name, { name: owner.name, lastSeenAt: owner.lastSeenAt ?? null, tasks: [task] });
  }
  return [...absences.values()].sort((one, other) => other.tasks.length - one.tasks.length);
}
