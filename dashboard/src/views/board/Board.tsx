import { useState } from "react";
import { useSearchParams } from "wouter";
import { BoardDocument, type BoardQuery, type Priority, type TaskFilter, type TaskStatus } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatNumber } from "../../components/format";
import { useRoom } from "../../layout/room";
import { taskEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { NewTask } from "../task/NewTask";
import "./board.css";
import { Card } from "./Card";
import { Filters, type FilterValues } from "./Filters";

type Columns = Omit<NonNullable<BoardQuery["room"]>, "id">;

const COLUMNS: readonly [keyof Columns, TaskStatus, string][] = [
  ["todo", "TODO", "To do"],
  ["doing", "DOING", "Doing"],
  ["blocked", "BLOCKED", "Blocked"],
  ["validating", "VALIDATING", "In review"],
  ["done", "DONE", "Done"],
  ["cancelled", "CANCELLED", "Cancelled"],
];
const FIRST_PAGE = 40;
const MAX = 200;

/** Tasks in columns by status. The filters are in the address, so that a filtered board can be linked. */
export default function Board() {
  const { name } = useRoom();
  const [search, setSearch] = useSearchParams();
  const [first, setFirst] = useState(FIRST_PAGE);
  const [creating, setCreating] = useState(false);
  const values: FilterValues = {
    search: search.get("search") ?? "",
    assignee: search.get("assignee") ?? "",
    priority: search.get("priority") ?? "",
    objective: search.get("objective") ?? "",
    label: search.get("label") ?? "",
    only: search.get("only") ?? "",
  };
  const { data, refusal, isPreviousData } = useLiveQuery(
    BoardDocument,
    { room: name, first, ...columnFilters(values) },
    taskEvents,
  );

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
        <button type="button" className="primary" onClick={() => setCreating(true)}>
          New task
        </button>
      </header>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!data?.room && !refusal && <p className="placeholder">Loading…</p>}
      {data?.room && (
        <div className="columns" aria-busy={isPreviousData} data-previous={isPreviousData || undefined}>
          {COLUMNS.map(([key, , title]) => {
            const column = data.room?.[key];
            if (!column || (key === "cancelled" && column.totalCount === 0)) return null;
            return (
              <section key={key} className="column" aria-labelledby={`column-${key}`}>
                <h2 id={`column-${key}`}>
                  {title} <span className="soft">{formatNumber(column.totalCount)}</span>
                </h2>
                <ul>
                  {column.nodes.map((task) => (
                    <Card key={task.id} task={task} />
                  ))}
                </ul>
                {column.totalCount > column.nodes.length &&
                  (first < MAX ? (
                    <button type="button" className="quiet" onClick={() => setFirst(MAX)}>
                      Show more
                    </button>
                  ) : (
                    <p className="soft">The first {column.nodes.length} are shown.</p>
                  ))}
              </section>
            );
          })}
        </div>
      )}
      {creating && <NewTask objective={values.objective} onClose={() => setCreating(false)} />}
    </div>
  );
}

/** The variables of the query: a filter for each column. */
function columnFilters({ search, assignee, priority, objective, label, only }: FilterValues) {
  const filter: TaskFilter = {
    ...(search && { search }),
    ...(assignee && { assignee }),
    ...(priority && { priorities: [priority as Priority] }),
    ...(objective && { objective: objective.toUpperCase() }),
    ...(label && { labels: [label] }),
    ...(only === "ready" && { ready: true }),
    ...(only === "stale" && { stale: true }),
  };
  const of = (status: TaskStatus): TaskFilter => ({ ...filter, statuses: [status] });
  return {
    todo: of("TODO"),
    doing: of("DOING"),
    blocked: of("BLOCKED"),
    validating: of("VALIDATING"),
    done: of("DONE"),
    cancelled: of("CANCELLED"),
  };
}
