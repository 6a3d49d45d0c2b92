import { type FormEvent, useCallback, useState } from "react";
import { Link, useLocation } from "wouter";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatCount } from "../../components/format";
import { useRoom } from "../../layout/room";
import { taskEvents } from "../../log/invalidation";
import { useLiveFetch } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import type { ViewProps } from "../view";
import { DependencyDrawing } from "./DependencyDrawing";
import { DependencyTable } from "./DependencyTable";
import "./graph.css";
import { fetchDependencyGraph } from "./dependency-graph";

/** The dependencies around a task or within an objective, with the critical path. */
export default function Graph({ rest }: ViewProps) {
  const { api } = useSession();
  const room = useRoom();
  const [, navigate] = useLocation();
  const [asTable, setAsTable] = useState(false);
  const [typed, setTyped] = useState(rest);
  const fetch = useCallback(() => fetchDependencyGraph(api, room.name, rest), [api, room.name, rest]);
  const { data: graph, refusal, isPreviousData } = useLiveFetch(fetch, taskEvents);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    navigate(room.to("graph", typed.trim().toUpperCase()));
  };

  return (
    <div className="graph">
      <header className="graph-head">
        <h1>Graph</h1>
        <form className="inline" onSubmit={submit}>
          <input
            type="search"
            aria-label="Task or objective"
            placeholder="T… or O…"
            size={10}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <button type="submit">Show</button>
        </form>
        <fieldset className="inline view-switch">
          <legend className="visually-hidden">Show as</legend>
          <button type="button" aria-pressed={!asTable} onClick={() => setAsTable(false)}>
            Drawing
          </button>
          <button type="button" aria-pressed={asTable} onClick={() => setAsTable(true)}>
            List
          </button>
        </fieldset>
      </header>
      <p className="soft">
        {rest ? (
          <>
            {rest.startsWith("O") ? "Tasks of " : "Around "}
            <Link href={room.to(rest.startsWith("O") ? "tree" : "tasks", rest)}>{rest}</Link>
          </>
        ) : (
          "Around the critical path, the longest chain of unfinished tasks"
        )}
        {graph && `: ${formatCount(graph.tasks.size, "task")}`}
        {graph?.truncated && ", and more that is not shown"}
        {graph && graph.critical.length > 0 && `; critical path: ${formatCount(graph.critical.length, "task")}`}.
      </p>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!graph && !refusal && <p className="placeholder">Loading…</p>}
      {graph && graph.tasks.size === 0 && <p className="placeholder">There are no dependencies here.</p>}
      {graph && graph.tasks.size > 0 && (
        <div aria-busy={isPreviousData} data-previous={isPreviousData || undefined} className="graph-body">
          {asTable ? <DependencyTable graph={graph} /> : <DependencyDrawing graph={graph} center={rest} />}
        </div>
      )}
    </div>
  );
}
