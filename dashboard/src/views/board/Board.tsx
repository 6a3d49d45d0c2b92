import { useState } from "react";
import { useSearchParams } from "wouter";
import { BoardDocument, type BoardQuery, type Priority, type TaskFilter, type TaskStatus } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { number } from "../../components/format";
import { useRoom } from "../../layout/room";
import { ofTasks } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";
import { NewTask } from "../task/NewTask";
import "./board.css";
import { Card } from "./Card";
import { type Chosen, Filters } from "./Filters";

type Columns = Omit<NonNullable<BoardQuery["room"]>, "id">;

const COLUMNS: readonly [keyof Columns, TaskStatus, string][] = [
  ["todo", "TODO", "To do"],
  ["doing", "DOING", "Doing"],
  ["blocked", "BLOCKED", "Blocked"],
  ["validating", "VALIDATING", "In review"],
  ["done", "DONE", "Done"],
  ["cancelled", "CANCELLED", "Cancelled"],
];
const STEP = 40;
const MOST = 200;

/** Tasks in columns by where they stand, as the filters in the address have them. */
export default function Board() {
  const { name } = useRoom();
  const [search, setSearch] = useSearchParams();
  const [first, setFirst] = useState(STEP);
  const [making, setMaking] = useState(false);
  const chosen: Chosen = {
    search: search.get("search") ?? "",
    assignee: search.get("assignee") ?? "",
    priority: search.get("priority") ?? "",
    objective: search.get("objective") ?? "",
    label: search.get("label") ?? "",
    only: search.get("only") ?? "",
  };
  const { data, refusal, passing } = useLive(BoardDocument, { room: name, first, ...filters(chosen) }, ofTasks);

  const choose = (change: Partial<Chosen>) => {
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
        <Filters chosen={chosen} onChoose={choose} />
        <button type="button" className="primary" onClick={() => setMaking(true)}>
          New task
        </button>
      </header>
      {refusal && !refusal.passes && <Refused refusal={refusal} />}
      {!data?.room && !refusal && <p className="waiting">Opening…</p>}
      {data?.room && (
        <div className="columns" aria-busy={passing} data-passing={passing || undefined}>
          {COLUMNS.map(([key, , title]) => {
            const column = data.room?.[key];
            if (!column || (key === "cancelled" && column.totalCount === 0)) return null;
            return (
              <section key={key} className="column" aria-labelledby={`column-${key}`}>
                <h2 id={`column-${key}`}>
                  {title} <span className="soft">{number(column.totalCount)}</span>
                </h2>
                <ul>
                  {column.nodes.map((task) => (
                    <Card key={task.id} task={task} />
                  ))}
                </ul>
                {column.totalCount > column.nodes.length &&
                  (first < MOST ? (
                    <button type="button" className="quiet" onClick={() => setFirst(MOST)}>
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
      {making && <NewTask objective={chosen.objective} onClose={() => setMaking(false)} />}
    </div>
  );
}

/** For each column the filter that it is asked with. */
function filters({ search, assignee, priority, objective, label, only }: Chosen) {
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
