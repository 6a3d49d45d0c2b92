import { useActs } from "../task/acts/acts";

/** What can be done to all that is selected. */
export function BulkActs({ ids, onClear }: { ids: readonly string[]; onClear: () => void }) {
  const acts = useActs();
  return (
    <section className="bulk" aria-label="With the selected">
      <strong role="status">{ids.length} selected</strong>
      <button type="button" onClick={() => acts.assign(ids)}>
        Assign…
      </button>
      <button type="button" onClick={() => acts.prioritise(ids)}>
        Priority…
      </button>
      <button type="button" onClick={() => acts.addLabels(ids)}>
        Labels…
      </button>
      <button type="button" onClick={() => acts.setObjective(ids)}>
        Objective…
      </button>
      <button type="button" onClick={() => acts.release(ids)}>
        Release
      </button>
      <button type="button" onClick={() => acts.reopen(ids)}>
        Reopen…
      </button>
      <button type="button" className="danger" onClick={() => acts.cancel(ids)}>
        Cancel…
      </button>
      <button type="button" className="quiet" onClick={onClear}>
        Clear
      </button>
    </section>
  );
}
