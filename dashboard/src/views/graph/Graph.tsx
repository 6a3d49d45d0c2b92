import { type FormEvent, useCallback, useState } from "react";
import { Link, useLocation } from "wouter";
import { Refused } from "../../components/ErrorMessage";
import { plural } from "../../components/format";
import { useRoom } from "../../layout/room";
import { ofTasks } from "../../log/invalidation";
import { useLiveAnswer } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import type { ViewProps } from "..";
import { Drawing } from "./DependencyDrawing";
import { AsList } from "./DependencyTable";
import "./graph.css";
import { webAround } from "./dependency-graph";

/** What waits for what, around a task or within an objective, and the chain that takes longest. */
export default function Graph({ rest }: ViewProps) {
  const { api } = useSession();
  const room = useRoom();
  const [, navigate] = useLocation();
  const [listed, setListed] = useState(false);
  const [typed, setTyped] = useState(rest);
  const ask = useCallback(() => webAround(api, room.name, rest), [api, room.name, rest]);
  const { data: web, refusal, passing } = useLiveAnswer(ask, ofTasks);

  const go = (event: FormEvent) => {
    event.preventDefault();
    navigate(room.to("graph", typed.trim().toUpperCase()));
  };

  return (
    <div className="graph">
      <header className="graph-head">
        <h1>Graph</h1>
        <form className="inline" onSubmit={go}>
          <input
            type="search"
            aria-label="Around which task or objective"
            placeholder="T… or O…"
            size={10}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <button type="submit">Show</button>
        </form>
        <fieldset className="inline as">
          <legend className="unseen">Shown as</legend>
          <button type="button" aria-pressed={!listed} onClick={() => setListed(false)}>
            Drawing
          </button>
          <button type="button" aria-pressed={listed} onClick={() => setListed(true)}>
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
          "Around the longest chain of unfinished tasks"
        )}
        {web && `: ${plural(web.tasks.size, "task")}`}
        {web?.more && ", and more that is not shown"}
        {web && web.critical.length > 0 && `; the critical path has ${plural(web.critical.length, "task")} here`}.
      </p>
      {refusal && !refusal.passes && <Refused refusal={refusal} />}
      {!web && !refusal && <p className="waiting">Opening…</p>}
      {web && web.tasks.size === 0 && <p className="waiting">Nothing waits for anything here.</p>}
      {web && web.tasks.size > 0 && (
        <div aria-busy={passing} data-passing={passing || undefined} className="graph-body">
          {listed ? <AsList web={web} /> : <Drawing web={web} center={rest} />}
        </div>
      )}
    </div>
  );
}
