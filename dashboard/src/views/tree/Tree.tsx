import { useDeferredValue, useMemo, useState, useSyncExternalStore } from "react";
import { MoveObjectiveDocument } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { useCommands } from "../../layout/commands";
import { useRoom } from "../../layout/room";
import { useToasts } from "../../layout/Toasts";
import { useMutation } from "../../layout/use-mutation";
import { useLog } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";
import { useSession } from "../../session/session";
import type { ViewProps } from "../view";
import { AddObjective } from "./AddObjective";
import { FoundObjectives } from "./FoundObjectives";
import { ObjectivePage } from "./ObjectivePage";
import { TreeRows } from "./TreeRows";
import { type MovingObjective, TreeStore } from "./tree-store";
import "./tree.css";

/** The tree of objectives, and beside it the selected objective. */
export default function Tree({ rest }: ViewProps) {
  const { api, canWrite } = useSession();
  const { name } = useRoom();
  const log = useLog();
  const store = useMemo(() => new TreeStore(api, log, name), [api, log, name]);
  const { rows, loaded, refusal } = useSyncExternalStore(store.subscribe, store.getSnapshot);
  const [moving, setMoving] = useState<MovingObjective | null>(null);
  const [adding, setAdding] = useState(false);
  const [words, setWords] = useState("");
  const sought = useDeferredValue(words.trim());
  const [move] = useMutation(MoveObjectiveDocument);
  const { showSuccess, hideSuccess } = useToasts();
  useCommands(() => (canWrite ? [{ name: "New objective", run: () => setAdding(true) }] : []));

  const pickUp = (objective: MovingObjective | null) => {
    // What was said of the last move covers the buttons of this one.
    if (objective) hideSuccess();
    setMoving(objective);
  };
  const drop = async (parent: string | null) => {
    if (!moving) return;
    const { id, parent: previous } = moving;
    setMoving(null);
    if (!(await move({ id, parent }))) return;
    const undo = () => void move({ id, parent: previous });
    showSuccess(`${id} was moved ${parent ? `into ${parent}` : "to the top level"}.`, undo);
  };

  return (
    <div className="tree" data-selected={rest || undefined}>
      <h1 className="visually-hidden">Tree</h1>
      <section className="tree-side" aria-labelledby="tree-side">
        <header className="tree-head">
          <h2 id="tree-side">Objectives</h2>
          <input
            type="search"
            aria-label="Find an objective"
            placeholder="Find"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
          <CanWrite>
            <button type="button" onClick={() => setAdding(true)}>
              New objective
            </button>
          </CanWrite>
        </header>
        {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
        {!loaded && !refusal && <p className="placeholder">Loading…</p>}
        {loaded && rows.length === 0 && <p className="placeholder">No objectives yet.</p>}
        {rows.length > 0 && sought && <FoundObjectives words={sought} />}
        {rows.length > 0 && !sought && (
          <TreeRows store={store} rows={rows} selected={rest || null} moving={moving} onPickUp={pickUp} onDrop={drop} />
        )}
        {/* Below the rows: above them, it would shift the rows during a drag. */}
        {moving && (
          <div className="tree-moving" role="status">
            <p>
              Moving <span className="id">{moving.id}</span> {moving.title}: choose its new parent.
            </p>
            <button
              type="button"
              onClick={() => drop(null)}
              onDragOver={(event) => event.preventDefault()}
              onDrop={() => drop(null)}
            >
              Top level
            </button>
            <button type="button" className="quiet" onClick={() => setMoving(null)}>
              Cancel
            </button>
          </div>
        )}
      </section>
      {rest && <ObjectivePage key={rest} id={rest} onAncestors={(ids) => ids.forEach((id) => void store.expand(id))} />}
      {adding && <AddObjective parent={null} onClose={() => setAdding(false)} />}
    </div>
  );
}
