import { useMemo, useState, useSyncExternalStore } from "react";
import { MoveObjectiveDocument } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { useRoom } from "../../layout/room";
import { useAct } from "../../layout/use-mutation";
import { useLog } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import type { ViewProps } from "..";
import { AddObjective } from "./AddObjective";
import { ObjectivePage } from "./ObjectivePage";
import { Rows } from "./TreeRows";
import { type Carried, ForestModel } from "./tree-store";
import "./tree.css";

/** The goal tree, and beside it the objective that was chosen. */
export default function Tree({ rest }: ViewProps) {
  const { api } = useSession();
  const { name } = useRoom();
  const log = useLog();
  const model = useMemo(() => new ForestModel(api, log, name), [api, log, name]);
  const { lines, known, refusal } = useSyncExternalStore(model.listen, model.state);
  const [carried, setCarried] = useState<Carried | null>(null);
  const [adding, setAdding] = useState(false);
  const [move] = useAct(MoveObjectiveDocument);

  const put = async (parent: string | null) => {
    if (!carried) return;
    setCarried(null);
    await move(
      { id: carried.id, parent },
      `${carried.id} was moved ${parent ? `into ${parent}` : "to the top level"}.`,
    );
  };

  return (
    <div className="tree" data-chosen={rest || undefined}>
      <h1 className="unseen">Tree</h1>
      <section className="tree-side" aria-labelledby="tree-side">
        <header className="tree-head">
          <h2 id="tree-side">Objectives</h2>
          <button type="button" onClick={() => setAdding(true)}>
            New objective
          </button>
        </header>
        {refusal && !refusal.passes && <Refused refusal={refusal} />}
        {!known && !refusal && <p className="waiting">Opening…</p>}
        {known && lines.length === 0 && <p className="waiting">No objectives yet. What shall be reached here?</p>}
        {lines.length > 0 && (
          <Rows model={model} lines={lines} chosen={rest || null} carried={carried} onCarry={setCarried} onPut={put} />
        )}
        {/* Below the rows: above, it would move what is about to be dropped on. */}
        {carried && (
          <div className="tree-carried" role="status">
            <p>
              Moving <span className="id">{carried.id}</span> {carried.title}: choose what it shall be a part of.
            </p>
            <button
              type="button"
              onClick={() => put(null)}
              onDragOver={(event) => event.preventDefault()}
              onDrop={() => put(null)}
            >
              Top level
            </button>
            <button type="button" className="quiet" onClick={() => setCarried(null)}>
              Cancel
            </button>
          </div>
        )}
      </section>
      {rest && <ObjectivePage key={rest} id={rest} onAncestors={(ids) => ids.forEach((id) => void model.unfold(id))} />}
      {adding && <AddObjective parent={null} onClose={() => setAdding(false)} />}
    </div>
  );
}
