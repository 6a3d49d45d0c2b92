import type { ActTaskFragment } from "../../../api/documents";
import { Refusal } from "../../../api/refusal";
import { formatCount } from "../../../components/text/format";

/** A task as it was before the act. */
export type ActTask = ActTaskFragment;

/** What is done to one task or to many. */
export interface Act {
  /** Stands behind the name of the task: `assigned to ada`. */
  readonly done: string;
  readonly run: (task: ActTask) => Promise<unknown>;
  /** Takes it back, where that can be done. */
  readonly undo?: (task: ActTask) => Promise<unknown>;
}

export interface Outcome {
  readonly done: readonly ActTask[];
  readonly refused: readonly { readonly task: ActTask; readonly refusal: Refusal }[];
}

const LONGEST_WAIT_S = 10;
const TRIES = 3;

// The server takes those of one room one after the other; so many are on their way meanwhile.
const AT_ONCE = 4;

/** Does it to each task. What is refused for one doesn't stop the others. */
export async function perform(
  tasks: readonly ActTask[],
  run: (task: ActTask) => Promise<unknown>,
  onProgress: (finished: number) => void = () => undefined,
): Promise<Outcome> {
  const refusals = new Map<ActTask, Refusal>();
  const left = tasks.values();
  let finished = 0;
  const work = async () => {
    for (const task of left) {
      const refusal = await refusalOf(() => run(task));
      if (refusal) refusals.set(task, refusal);
      finished += 1;
      onProgress(finished);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return {
    done: tasks.filter((task) => !refusals.has(task)),
    refused: tasks.flatMap((task) => {
      const refusal = refusals.get(task);
      return refusal ? [{ task, refusal }] : [];
    }),
  };
}

/** The refusal of what is tried; it is tried again where there were only too many requests at once. */
async function refusalOf(run: () => Promise<unknown>, tries = TRIES): Promise<Refusal | null> {
  try {
    await run();
    return null;
  } catch (error) {
    const refusal = Refusal.fromUnknown(error);
    if (refusal.code !== "RATE_LIMITED" || tries <= 1) return refusal;
    const seconds = Math.min(LONGEST_WAIT_S, Number(refusal.facts.retryAfterSeconds ?? 1));
    await new Promise((resolve) => window.setTimeout(resolve, seconds * 1_000));
    return refusalOf(run, tries - 1);
  }
}

/** `T4`, or `3 tasks`. */
export function nameOf(tasks: readonly { readonly id: string }[]): string {
  const [only] = tasks;
  return only && tasks.length === 1 ? only.id : formatCount(tasks.length, "task");
}
