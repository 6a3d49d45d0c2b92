import { useMemo, useState } from "react";
import { useSearchParams } from "wouter";
import {
  BlockedColumnDocument,
  DoingColumnDocument,
  EndedColumnDocument,
  type Priority,
  ReviewColumnDocument,
  type TaskFilter,
  type TaskOrder,
  type TaskStatus,
  TodoColumnDocument,
} from "../../api/documents";
import { parseIds } from "../../components/parse-input";
import type { Thing } from "../../components/things";
import { useSession } from "../../session/session";
import { NewTask } from "../task/NewTask";
import "./board.css";
import { Column, type ColumnDocument } from "./Column";
import { Filters, type FilterValues } from "./Filters";

const COLUMNS: readonly [status: TaskStatus, title: string, order: TaskOrder, document: ColumnDocument][] = [
  ["TODO", "To do", "CLAIM", TodoColumnDocument],
  ["DOING", "Doing", "UPDATED", DoingColumnDocument],
  ["BLOCKED", "Blocked", "CLAIM", BlockedColumnDocument],
  ["VALIDATING", "In review", "CREATED", ReviewColumnDocument],
  ["DONE", "Done", "UPDATED", EndedColumnDocument],
  ["CANCELLED", "Cancelled", "UPDATED", EndedColumnDocument],
];

/** Tasks in columns by status. The filters are in the address, so that a filtered board can be linked. */
export default function Board() {
  const { canWrite } = useSession();
  const [search, setSearch] = useSearchParams();
  const [creating, setCreating] = useState(false);
  const values: FilterValues = {
    search: search.get("search") ?? "",
    assignee: search.get("assignee") ?? "",
    priority: search.get("priority") ?? "",
    objective: search.get("objective") ?? "",
    label: search.get("label") ?? "",
    only: search.get("only") ?? "",
  };
  // A new object only where a value changed, so that the columns ask no more often.
  const key = JSON.stringify(values);
  const filters = useMemo(() => columnFilters(JSON.parse(key) as FilterValues), [key]);

  const choose = (change: Partial<FilterValues>) => {
    const next = new URLSearchParams(search);
    for (const [key, value] of Object.entries(change)) {
      if (value) next.set(key, value);
      else next.delete(key);
    }
    setSearch(next, { replace: true });
  };

  return (
    <div className="board">
      <header className="board-head">
        <h1>Board</h1>
        <Filters values={values} onChange={choose} />
        {canWrite && (
          <button type="button" className="primary" onClick={() => setCreating(true)}>
            New task
          </button>
        )}
      </header>
      <div className="columns">
        {COLUMNS.filter(([status]) => values.only !== "waiting" || status === "TODO").map(
          ([status, title, order, document]) => (
            <Column
              key={status}
              title={title}
              document={document}
              filter={filters[status]}
              orderBy={order}
              optional={status === "CANCELLED"}
              showsRefusal={status === "TODO"}
            />
          ),
        )}
      </div>
      {creating && <NewTask objective={objectiveOf(values)} onClose={() => setCreating(false)} />}
    </div>
  );
}

function objectiveOf({ objective }: FilterValues): Thing | undefined {
  const id = parseIds(objective)[0];
  return id === undefined ? undefined : { id, title: "" };
}

/** A filter for each column. */
function columnFilters(values: FilterValues): Record<TaskStatus, TaskFilter> {
  const { search, assignee, priority, objective, label, only } = values;
  const filter: TaskFilter = {
    ...(search && { search }),
    ...(assignee && { assignee }),
    ...(priority && { priorities: [priority as Priority] }),
    ...(objective && { objective: parseIds(objective)[0] ?? objective }),
    ...(label && { labels: [label] }),
    ...(only === "ready" && { ready: true }),
    ...(only === "waiting" && { ready: false }),
    ...(only === "stale" && { stale: true }),
  };
  const of = (status: TaskStatus): TaskFilter => ({ ...filter, statuses: [status] });
  return {
    TODO: of("TODO"),
    DOING: of("DOING"),
    BLOCKED: of("BLOCKED"),
    VALIDATING: of("VALIDATING"),
    DONE: of("DONE"),
    CANCELLED: of("CANCELLED"),
  };
}
