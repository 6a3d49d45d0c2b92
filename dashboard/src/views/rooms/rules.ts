import type { RoomRulesFragment } from "../../api/documents";

export type Rules = Omit<RoomRulesFragment, "__typename">;
type NameOf<Value> = { [Name in keyof Rules]-?: NonNullable<Rules[Name]> extends Value ? Name : never }[keyof Rules];

export interface Rule<Value> {
  readonly name: NameOf<Value>;
  readonly label: string;
  readonly does: string;
  /** What it means to set none; a rule without it must be set. */
  readonly none?: string;
}

/** Rules that hold or don't. */
export const SWITCHES: readonly Rule<boolean>[] = [
  {
    name: "requireDoneCriteria",
    label: "Criteria before the start",
    does: "A task can’t be started before it says what done means.",
  },
  { name: "requireReview", label: "Review", does: "A finished task passes a reviewer who is not its author." },
  { name: "requireHandoff", label: "Handoff", does: "Work doesn’t change hands without a handoff comment." },
  {
    name: "requireReflection",
    label: "Reflection",
    does: "A task isn’t handed in before its holder said what it learned.",
  },
];

/** Rules that are a number of things. */
export const COUNTS: readonly Rule<number>[] = [
  { name: "wipLimit", label: "Work in progress", does: "Tasks that one agent may hold at once.", none: "no limit" },
  {
    name: "maxAttempts",
    label: "Attempts",
    does: "A task whose lease ran out this many times is blocked, and no longer offered.",
    none: "never",
  },
];

/** Rules that are a length of time, in seconds. */
export const DURATIONS: readonly Rule<number>[] = [
  { name: "leaseSeconds", label: "Lease", does: "How long a claim lasts without a heartbeat or a renewal." },
  {
    name: "idleAfterSeconds",
    label: "Idle after",
    does: "Without a heartbeat for this long, an agent counts as idle.",
  },
  { name: "offlineAfterSeconds", label: "Offline after", does: "And for this long, as offline." },
  {
    name: "staleAfterSeconds",
    label: "Stale after",
    does: "Without a word of progress for this long, a task is stale, and its holder is told.",
  },
  {
    name: "reclaimAfterSeconds",
    label: "Reclaimed after",
    does: "A stale task is taken back after this much longer.",
    none: "never",
  },
  { name: "digestEverySeconds", label: "Digest every", does: "A digest is posted to #ops this often.", none: "never" },
  {
    name: "archiveAfterSeconds",
    label: "Archived after",
    does: "A finished objective leaves the tree this long after it finished.",
    none: "never",
  },
  {
    name: "keepEventsSeconds",
    label: "Log kept for",
    does: "Older events may be dropped, but for the newest 10,000.",
    none: "for ever",
  },
];

export const UNITS = { s: 1, min: 60, h: 3_600, d: 86_400 } as const;
export type Unit = keyof typeof UNITS;

/** The largest unit in which so many seconds are a whole number. */
export function unitOf(seconds: number): Unit {
  const units = (Object.keys(UNITS) as Unit[]).reverse();
  return units.find((unit) => seconds % UNITS[unit] === 0) ?? "s";
}
