import { type KeyboardEvent, type Ref, useId, useImperativeHandle, useRef, useState } from "react";
import { isComposing } from "./composition";
import "./mention-field.css";

interface MentionFieldProps {
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Who can be mentioned. */
  readonly names: readonly string[];
  /** Keys that complete no mention. */
  readonly onKeyDown?: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  readonly rows?: number;
  readonly field?: Ref<HTMLTextAreaElement | null>;
}

// A mention that is being typed, before the cursor. Chinese and Japanese put no space before it.
const MENTION = /(?<![\p{Script=Latin}\p{N}@＠\\])[@＠]([a-z0-9_-]*)$/iu;
const MAX_SUGGESTIONS = 6;
const MAX_LENGTH = 65_536;

/** A text field that completes mentions: arrow keys choose, Enter or Tab completes, Escape closes the list. */
export function MentionField({
  label,
  placeholder = label,
  value,
  onChange,
  names,
  onKeyDown,
  rows,
  field,
}: MentionFieldProps) {
  const [mention, setMention] = useState<string | null>(null);
  const [selected, setSelected] = useState(0);
  const area = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  useImperativeHandle<HTMLTextAreaElement | null, HTMLTextAreaElement | null>(field, () => area.current, []);

  const suggestions = mention === null ? [] : matching(names, mention);
  const open = suggestions.length > 0;
  const at = Math.min(selected, suggestions.length - 1);

  const updateMention = () => {
    const {
      value: text,
      selectionStart,
      selectionEnd,
    } = area.current ?? {
      value: "",
      selectionStart: 0,
      selectionEnd: 0,
    };
    const typed = selectionStart === selectionEnd ? MENTION.exec(text.slice(0, selectionStart)) : null;
    const name = typed?.[1]?.toLowerCase() ?? null;
    setMention(name);
    if (name !== mention) setSelected(0);
  };
  const insertMention = (name: string) => {
    const element = area.current;
    if (!element || mention === null) return;
    element.focus();
    element.setRangeText(`@${name} `, element.selectionStart - mention.length - 1, element.selectionStart, "end");
    onChange(element.value);
    setMention(null);
  };
  const handleKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event)) return;
    if (open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      setSelected((at + (event.key === "ArrowDown" ? 1 : suggestions.length - 1)) % suggestions.length);
    } else if (open && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      event.preventDefault();
      insertMention(suggestions[at] ?? "");
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      setMention(null);
    } else {
      onKeyDown?.(event);
    }
  };

  return (
    <div className="mention-field">
      {open && (
        <div className="mention-suggestions" id={list} role="listbox" aria-label="Names">
          {suggestions.map((name, index) => (
            <div
              key={name}
              id={`${list}${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onPointerDown={(event) => {
                event.preventDefault();
                insertMention(name);
              }}
            >
              @{name}
            </div>
          ))}
        </div>
      )}
      <textarea
        ref={area}
        rows={rows}
        aria-label={label}
        placeholder={placeholder}
        aria-autocomplete="list"
        aria-controls={open ? list : undefined}
        aria-activedescendant={open ? `${list}${at}` : undefined}
        value={value}
        maxLength={MAX_LENGTH}
        onChange={(event) => {
          onChange(event.target.value);
          updateMention();
        }}
        onSelect={updateMention}
        onBlur={() => setMention(null)}
        onKeyDown={handleKey}
      />
      <span className="visually-hidden" role="status">
        {open ? `${suggestions.length} names, ${suggestions[at]} is chosen` : ""}
      </span>
    </div>
  );
}

/** Names that start with what was typed, then those that hold it elsewhere. */
function matching(names: readonly string[], typed: string): readonly string[] {
  const first = names.filter((name) => name.startsWith(typed));
  const rest = names.filter((name) => !name.startsWith(typed) && name.includes(typed));
  return [...first, ...rest].slice(0, MAX_SUGGESTIONS);
}
