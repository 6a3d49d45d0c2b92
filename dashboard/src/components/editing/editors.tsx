import { useState } from "react";
import { parseWords } from "../forms/parse-input";
import { Combobox, type Option } from "../pickers/Combobox";
import { ThingPicker } from "../pickers/ThingPicker";
import type { Thing, ThingKind } from "../pickers/things";
import type { EditorProps } from "./Editable";

/** One line of text. */
export function TextEditor({ label, value, onChange, describedBy, required }: EditorProps<string> & Required) {
  return (
    <input
      type="text"
      aria-label={label}
      aria-describedby={describedBy}
      // biome-ignore lint/a11y/noAutofocus: it opens where somebody asked for it.
      autoFocus
      required={required}
      maxLength={300}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

interface Required {
  readonly required?: boolean;
}

/** A text of any length; Ctrl and Enter saves it. */
export function LongTextEditor({ label, value, onChange, describedBy, hint }: EditorProps<string> & { hint?: string }) {
  return (
    <>
      <textarea
        aria-label={label}
        aria-describedby={describedBy}
        // biome-ignore lint/a11y/noAutofocus: it opens where somebody asked for it.
        autoFocus
        maxLength={65_536}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && <p className="hint">{hint}</p>}
    </>
  );
}

/** Words that are separated by commas. */
export function WordsEditor({ value, onChange, ...props }: EditorProps<readonly string[]>) {
  const [text, setText] = useState(value.join(", "));
  return (
    <>
      <TextEditor
        {...props}
        value={text}
        onSave={(typed) => props.onSave(parseWords(typed))}
        onChange={(typed) => {
          setText(typed);
          onChange(parseWords(typed));
        }}
      />
      <p className="hint">Separated by commas.</p>
    </>
  );
}

interface NumberEditorProps extends EditorProps<number | null> {
  readonly least?: number;
  /** A fraction makes sense too. */
  readonly fractions?: boolean;
  readonly required?: boolean;
}

/** A number, or nothing. */
export function NumberEditor({ label, value, onChange, describedBy, ...more }: NumberEditorProps) {
  return (
    <input
      type="number"
      aria-label={label}
      aria-describedby={describedBy}
      // biome-ignore lint/a11y/noAutofocus: it opens where somebody asked for it.
      autoFocus
      min={more.least}
      step={more.fractions ? "any" : 1}
      required={more.required}
      defaultValue={value ?? ""}
      onChange={(event) => onChange(event.target.value === "" ? null : event.target.valueAsNumber)}
    />
  );
}

/** A moment in the zone of the browser, or nothing. */
export function MomentEditor({ label, value, onChange, describedBy }: EditorProps<string | null>) {
  return (
    <input
      type="datetime-local"
      aria-label={label}
      aria-describedby={describedBy}
      // biome-ignore lint/a11y/noAutofocus: it opens where somebody asked for it.
      autoFocus
      defaultValue={value === null ? "" : localMoment(new Date(value))}
      onChange={(event) => onChange(event.target.value === "" ? null : new Date(event.target.value).toISOString())}
    />
  );
}

/** As an input for a moment wants it: `2026-11-29T08:05`, in the zone of the browser. */
export function localMoment(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

interface ChoiceEditorProps extends EditorProps<string> {
  readonly options: readonly Option[];
  /** The options are still being fetched. */
  readonly busy?: boolean;
}

/** One of several, by typing a part of it; choosing saves. */
export function ChoiceEditor({ label, onSave, options, busy = false, disabled, describedBy }: ChoiceEditorProps) {
  const [text, setText] = useState("");
  const typed = text.trim().toLowerCase();
  return (
    <Combobox
      label={label}
      describedBy={describedBy}
      inline
      autoFocus
      disabled={disabled}
      text={text}
      onText={setText}
      busy={busy}
      options={options.filter((option) => option.label.toLowerCase().includes(typed))}
      onChoose={({ key }) => onSave(key)}
    />
  );
}

/** Any of several. */
export function ChecksEditor({
  label,
  value,
  onChange,
  options,
}: EditorProps<readonly string[]> & { options: readonly Option[] }) {
  return (
    <fieldset className="choices">
      <legend className="visually-hidden">{label}</legend>
      {options.length === 0 && <p className="hint">There is nothing to choose from.</p>}
      {options.map((option, index) => (
        <label key={option.key}>
          <input
            type="checkbox"
            // biome-ignore lint/a11y/noAutofocus: it opens where somebody asked for it.
            autoFocus={index === 0}
            checked={value.includes(option.key)}
            onChange={() =>
              onChange(value.includes(option.key) ? value.filter((one) => one !== option.key) : [...value, option.key])
            }
          />{" "}
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

interface ThingEditorProps extends EditorProps<Thing | null> {
  readonly kind: ThingKind;
  readonly without: readonly string[];
}

/** A task or an objective, or none; choosing saves. */
export function ThingEditor({ label, kind, value, onSave, without, disabled }: ThingEditorProps) {
  return (
    <>
      <ThingPicker
        label={label}
        kind={kind}
        without={value ? [...without, value.id] : without}
        disabled={disabled}
        autoFocus
        value={[]}
        onChange={([chosen]) => chosen && onSave(chosen)}
      />
      {value && (
        <button type="button" disabled={disabled} onClick={() => onSave(null)}>
          None instead of {value.id}
        </button>
      )}
    </>
  );
}
