import { useEffect, useRef, useState } from "react";
import { AgentSelect } from "../../components/AgentSelect";

/** What the board is narrowed by; empty is no limit. */
export interface Chosen {
  readonly search: string;
  readonly assignee: string;
  readonly priority: string;
  readonly objective: string;
  readonly label: string;
  readonly only: string;
}

interface FiltersProps {
  readonly chosen: Chosen;
  readonly onChoose: (change: Partial<Chosen>) => void;
}

/** What is shown of the board. */
export function Filters({ chosen, onChoose }: FiltersProps) {
  const some = Object.values(chosen).some(Boolean);
  return (
    <search className="filters">
      <Typed type="search" label="Search" value={chosen.search} onType={(search) => onChoose({ search })} />
      <AgentSelect
        label="Assignee"
        none="Anybody’s"
        value={chosen.assignee}
        onChange={(assignee) => onChoose({ assignee })}
      />
      <select
        aria-label="Priority"
        value={chosen.priority}
        onChange={(event) => onChoose({ priority: event.target.value })}
      >
        <option value="">Any priority</option>
        {["P0", "P1", "P2", "P3"].map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <select aria-label="Only" value={chosen.only} onChange={(event) => onChoose({ only: event.target.value })}>
        <option value="">Ready or not</option>
        <option value="ready">Ready only</option>
        <option value="stale">Stale only</option>
      </select>
      <Typed label="Label" value={chosen.label} onType={(label) => onChoose({ label })} />
      <Typed label="Objective" value={chosen.objective} onType={(objective) => onChoose({ objective })} />
      {some && (
        <button
          type="button"
          className="quiet"
          onClick={() => onChoose({ search: "", assignee: "", priority: "", objective: "", label: "", only: "" })}
        >
          Clear
        </button>
      )}
    </search>
  );
}

interface TypedProps {
  readonly label: string;
  readonly value: string;
  readonly onType: (value: string) => void;
  readonly type?: "search" | "text";
}

const PAUSE_MS = 300;

/** Says what was typed once the typing pauses. */
function Typed({ label, value, onType, type = "text" }: TypedProps) {
  const [text, setText] = useState(value);
  // The board draws itself anew while somebody types; that is no pause.
  const latest = useRef(onType);
  latest.current = onType;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => latest.current(text.trim()), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text, value]);
  return (
    <input
      type={type}
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
