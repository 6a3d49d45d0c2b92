import type { ListRowFragment } from "../../api/documents";
import { stateLabel } from "../../components/tasks/TaskState";

type Row = ListRowFragment;

export type ColumnKey =
  | "title"
  | "state"
  | "priority"
  | "assignee"
  | "reviewer"
  | "objective"
  | "labels"
  | "due"
  | "estimate"
  | "created"
  | "updated";

export interface Column {
  readonly key: ColumnKey;
  readonly title: string;
  /** What rows are sorted by; those without it come last. */
  readonly of: (row: Row) => string | number | null;
  /** The name of the group that a row is in. */
  readonly groups?: (row: Row) => string;
}

const STATES = ["Ready", "To do", "Doing", "Stale", "Blocked", "In review", "Done", "Cancelled"];

/** All columns, in the order in which they stand. */
export const COLUMNS: readonly Column[] = [
  { key: "title", title: "Task", of: ({ id }) => Number(id.slice(1)) },
  { key: "state", title: "State", of: (row) => STATES.indexOf(stateLabel(row)), groups: stateLabel },
  { key: "priority", title: "Priority", of: ({ priority }) => priority, groups: ({ priority }) => priority },
  {
    key: "assignee",
    title: "Assignee",
    of: ({ assignee }) => assignee?.name ?? null,
    groups: ({ assignee }) => assignee?.name ?? "Nobody",
  },
  { key: "reviewer", title: "Reviewer", of: ({ reviewer }) => reviewer?.name ?? null },
  {
    key: "objective",
    title: "Objective",
    of: ({ objective }) => objective?.title ?? null,
    groups: ({ objective }) => (objective ? `${objective.id} ${objective.title}` : "No objective"),
  },
  {
    key: "labels",
    title: "Labels",
    of: ({ labels }) => labels.join(", ") || null,
    groups: ({ labels }) => labels.join(", ") || "No label",
  },
  { key: "due", title: "Due", of: ({ dueAt }) => dueAt },
  { key: "estimate", title: "Estimate", of: ({ estimateMinutes }) => estimateMinutes },
  { key: "created", title: "Created", of: ({ createdAt }) => createdAt },
  { key: "updated", title: "Updated", of: ({ updatedAt }) => updatedAt },
];

const USUAL: readonly ColumnKey[] = ["title", "state", "priority", "assignee", "objective", "labels", "due", "updated"];

/** The columns that an address names, with the task always first; without any, the usual ones. */
export function columnsOf(named: string | null): readonly Column[] {
  const keys = new Set<string>(named === null ? USUAL : ["title", ...named.split(",")]);
  return COLUMNS.filter(({ key }) => keys.has(key));
}

/** Sorted as an address says: `due`, or `-due` for the other way round. Equal rows keep their order. */
export function sorted(rows: readonly Row[], sort: string): readonly Row[] {
  const descending = sort.startsWith("-");
  const of = COLUMNS.find(({ key }) => key === sort.replace("-", ""))?.of;
  if (!of) return rows;
  const compare = (one: Row, other: Row) => {
    const [a, b] = [of(one), of(other)];
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
    const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
    return descending ? -order : order;
  };
  return rows.toSorted(compare);
}

/** The rows of each group, in the order in which the groups first come; all in one where nothing groups them. */
export function grouped(rows: readonly Row[], group: string): readonly (readonly [string, readonly Row[]])[] {
  const nameOf = COLUMNS.find(({ key }) => key === group)?.groups;
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = nameOf?.(row) ?? "";
    const members = groups.get(name);
    if (members) members.push(row);
    else groups.set(name, [row]);
  }
  return [...groups];
}
