import { useState } from "react";
import { parseIds } from "../forms/parse-input";
import { Combobox, type Option } from "./Combobox";
import { type Thing, type ThingKind, useFindThings } from "./things";
import { useSuggestions } from "./use-suggestions";

interface ThingPickerProps {
  readonly label: string;
  readonly kind: ThingKind | "any";
  readonly value: readonly Thing[];
  readonly onChange: (value: readonly Thing[]) => void;
  /** How many can be chosen at most. */
  readonly most?: number;
  /** Ids of those that make no sense here. */
  readonly without?: readonly string[];
  readonly autoFocus?: boolean;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly id?: string;
  readonly "aria-describedby"?: string;
}

const ID = /^[TO0]?[1-9]\d*$/i;

/** Chooses tasks or objectives by words of their titles, or by their ids. */
export function ThingPicker(props: ThingPickerProps) {
  const { label, kind, value, onChange, most = Number.POSITIVE_INFINITY, without = [], autoFocus = false } = props;
  const [text, setText] = useState("");
  const { items, busy, refusal } = useSuggestions(text, useFindThings(kind));
  const taken = new Set([...without, ...value.map(({ id }) => id)]);
  const options = items.filter(({ id }) => !taken.has(id)).map(optionOf);

  const add = (thing: Thing) => {
    setText("");
    if (!taken.has(thing.id)) onChange([...value, thing]);
  };
  // An id is taken as it is typed: the server says whether it is there.
  const addTyped = () => {
    const ids = parseIds(text);
    if (ids.length === 0 || !ids.every((id) => ID.test(id))) return false;
    setText("");
    const known = new Map(items.map((thing) => [thing.id, thing]));
    const letter = kind === "objective" ? "O" : "T";
    const typed = ids.map((id) => (/^\d/.test(id) ? `${letter}${id}` : id)).filter((id) => !taken.has(id));
    onChange([...value, ...typed.map((id) => known.get(id) ?? { id, title: "" })].slice(0, most));
    return true;
  };

  return (
    <div className="picked">
      {value.map((thing) => (
        <span key={thing.id} className="chip">
          <span className="id">{thing.id}</span>
          {thing.title && <span title={thing.title}>{thing.title}</span>}
          <button
            type="button"
            className="quiet"
            disabled={props.disabled}
            aria-label={`Remove ${thing.id}`}
            onClick={() => onChange(value.filter(({ id }) => id !== thing.id))}
          >
            ×
          </button>
        </span>
      ))}
      {value.length < most && (
        <Combobox
          label={label}
          id={props.id}
          describedBy={props["aria-describedby"]}
          placeholder={props.placeholder ?? "Title or id"}
          text={text}
          onText={setText}
          options={options}
          busy={busy}
          empty={refusal ? refusal.message : "Nothing found."}
          onChoose={add}
          onEnter={addTyped}
          onBlur={addTyped}
          onBackspace={() => onChange(value.slice(0, -1))}
          invalid={text.trim() ? "Choose one from the list." : undefined}
          autoFocus={autoFocus}
          disabled={props.disabled}
        />
      )}
    </div>
  );
}

/** A task or objective as an option of a list. */
export function optionOf<One extends Thing>(thing: One): One & Option {
  return { ...thing, key: thing.id, label: thing.title, detail: thing.state };
}
