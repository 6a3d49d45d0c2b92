import { useCallback, useState } from "react";
import { Link, useLocation } from "wouter";
import { ErrorMessage } from "../../components/ErrorMessage";
import { ThingPicker } from "../../components/pickers/ThingPicker";
import { formatCount } from "../../components/text/format";
import { useRoom } from "../../layout/room";
import { taskEvents } from "../../log/invalidation";
import { useLiveFetch } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import type { ViewProps } from "../view";
import { DependencyDrawing } from "./DependencyDrawing";
import { DependencyTable } from "./DependencyTable";
import "./graph.css";
import { ALL_OPEN, fetchDependencyGraph } from "./dependency-graph";

/** The dependencies around a task, within an objective or of all open tasks, with the critical path. */
export default function Graph({ rest }: ViewProps) {
  const { api } = useSession();
  const room = useRoom();
  const [asTable, setAsTable] = useState(false);
  const [finished, setFinished] = useState(false);
  const fetch = useCallback(
    () => fetchDependencyGraph(api, room.name, rest, finished),
    [api, room.name, rest, finished],
  );
  const { data: graph, refusal, isPreviousData } = useLiveFetch(fetch, taskEvents);
  const ofObjective = rest.startsWith("O");

  return (
    <div className="graph">
      <header className="graph-head">
        <h1>Graph</h1>
        <Choice center={rest} />
        {ofObjective && (
          <label className="inline">
            <input type="checkbox" checked={finished} onChange={(event) => setFinished(event.target.checked)} />
            Finished tasks too
          </label>
        )}
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
        <Subject center={rest} finished={finished} />
        {graph && `: ${formatCount(graph.tasks.size, "task")}`}
        {graph?.truncated && ", and more that is not shown"}
        {graph && graph.critical.length > 0 && `; critical path: ${formatCount(graph.critical.length, "task")}`}.
      </p>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!graph && !refusal && <p className="placeholder">Loading…</p>}
      {graph && graph.tasks.size === 0 && (
        <p className="placeholder">
          {emptyText(rest, finished)}{" "}
          {ofObjective && !finished && (
            <button type="button" onClick={() => setFinished(true)}>
              Show finished tasks
            </button>
          )}
        </p>
      )}
      {graph && graph.tasks.size > 0 && (
        <div aria-busy={isPreviousData} data-previous={isPreviousData || undefined} className="graph-body">
          {asTable ? <DependencyTable graph={graph} /> : <DependencyDrawing key={rest} graph={graph} center={rest} />}
        </div>
      )}
    </div>
  );
}

function Subject({ center, finished }: { center: string; finished: boolean }) {
  const room = useRoom();
  if (center === ALL_OPEN) return "All open tasks of the room";
  if (!center) return "Around the critical path, the longest chain of unfinished tasks";
  const isObjective = center.startsWith("O");
  return (
    <>
      {isObjective ? (finished ? "All tasks of " : "Open tasks of ") : "Around "}
      <Link href={room.to(isObjective ? "tree" : "tasks", center)}>{center}</Link>
    </>
  );
}

function emptyText(center: string, finished: boolean): string {
  if (center === ALL_OPEN) return "No task is open.";
  if (center.startsWith("O")) return finished ? "No tasks yet." : "No open tasks.";
  return "There are no dependencies here.";
}

/** What the graph is of. */
function Choice({ center }: { center: string }) {
  const room = useRoom();
  const [, navigate] = useLocation();
  return (
    <>
      <nav className="inline" aria-label="What is drawn">
        <Link href={room.to("graph")} aria-current={center === "" ? "page" : undefined}>
          Critical path
        </Link>
        <Link href={room.to("graph", ALL_OPEN)} aria-current={center === ALL_OPEN ? "page" : undefined}>
          All open tasks
        </Link>
      </nav>
      <ThingPicker
        label="Task or objective"
        kind="any"
        most={1}
        placeholder="Task or objective"
        value={[]}
        onChange={([chosen]) => chosen && navigate(room.to("graph", chosen.id))}
      />
    </>
  );
}
