import { useEffect, useRef, useState } from "react";
import { AgentSelect } from "../../components/AgentSelect";

/** Empty values do not filter. */
export interface FilterValues {
  readonly search: string;
  readonly assignee: string;
  readonly priority: string;
  readonly objective: string;
  readonly label: string;
  readonly only: string;
}

interface FiltersProps {
  readonly values: FilterValues;
  readonly onChange: (change: Partial<FilterValues>) => void;
}

/** The filters of the board. */
export function Filters({ values, onChange }: FiltersProps) {
  const anySet = Object.values(values).some(Boolean);
  return (
    <search className="filters">
      <DebouncedInput type="search" label="Search" value={values.search} onChange={(search) => onChange({ search })} />
      <AgentSelect
        label="Assignee"
        none="Any assignee"
        value={values.assignee}
        onChange={(assignee) => onChange({ assignee })}
      />
      <select
        aria-label="Priority"
        value={values.priority}
        onChange={(event) => onChange({ priority: event.target.value })}
      >
        <option value="">Any priority</option>
        {["P0", "P1", "P2", "P3"].map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <select aria-label="Only" value={values.only} onChange={(event) => onChange({ only: event.target.value })}>
        <option value="">Any state</option>
        <option value="ready">Ready only</option>
        <option value="waiting">Waiting only</option>
        <option value="stale">Stale only</option>
      </select>
      <DebouncedInput label="Label" value={values.label} onChange={(label) => onChange({ label })} />
      <DebouncedInput label="Objective" value={values.objective} onChange={(objective) => onChange({ objective })} />
      {anySet && (
        <button
          type="button"
          className="quiet"
          onClick={() => onChange({ search: "", assignee: "", priority: "", objective: "", label: "", only: "" })}
        >
          Clear
        </button>
      )}
    </search>
  );
}

interface DebouncedInputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "search" | "text";
}

const PAUSE_MS = 300;

/** Passes on what was typed when the typing pauses. */
function DebouncedInput({ label, value, onChange, type = "text" }: DebouncedInputProps) {
  const [text, setText] = useState(value);
  // The board renders again while somebody types; that must not restart the pause.
  const latest = useRef(onChange);
  latest.current = onChange;
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
