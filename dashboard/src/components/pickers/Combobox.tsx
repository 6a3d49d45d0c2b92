import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useId, useRef, useState } from "react";
import { isComposing } from "../writing/composition";
import "./combobox.css";

export interface Option {
  /** Unique in the list. */
  readonly key: string;
  readonly label: string;
  /** Before its label, in the face of ids. */
  readonly id?: string | undefined;
  /** Behind its label. */
  readonly detail?: ReactNode;
  /** The heading that it stands under. Options of one group follow each other. */
  readonly group?: string | undefined;
}

interface ComboboxProps<Item extends Option> {
  readonly label: string;
  readonly placeholder?: string | undefined;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly options: readonly Item[];
  readonly onChoose: (option: Item) => void;
  /** An answer is awaited: that nothing was found is not known yet. */
  readonly busy?: boolean;
  /** Said where no option fits. */
  readonly empty?: string;
  /** The list is always shown, below the field and not over what follows it. */
  readonly inline?: boolean;
  readonly autoFocus?: boolean;
  /** Enter where no option is chosen; returns whether that meant something. */
  readonly onEnter?: () => boolean;
  /** Backspace in the empty field. */
  readonly onBackspace?: () => void;
  readonly onBlur?: () => void;
  /** Why the text can't stay as it is, when a form around it is submitted. */
  readonly invalid?: string | undefined;
  readonly id?: string | undefined;
  readonly describedBy?: string | undefined;
  readonly input?: Ref<HTMLInputElement>;
  readonly disabled?: boolean | undefined;
}

/** A text field with a list of what may be meant by it: arrow keys and Enter choose, Escape closes the list. */
export function Combobox<Item extends Option>(props: ComboboxProps<Item>) {
  const { label, text, options, inline = false, busy = false, empty = "Nothing found." } = props;
  const [opened, setOpened] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  // Enter was pressed before the answer for the present text was here: what is listed yet, nobody may have meant.
  const [entered, setEntered] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const listbox = useRef<HTMLDivElement>(null);
  const list = useId();
  const open = inline || opened;
  const at = Math.max(
    0,
    options.findIndex(({ key }) => key === chosen),
  );
  const active = open ? options[at] : undefined;
  const nothing = open && !busy && options.length === 0 && text.trim() !== "";

  useEffect(() => field.current?.setCustomValidity(props.invalid ?? ""), [props.invalid]);
  useEffect(() => {
    if (active) listbox.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const choose = (option: Item) => {
    setOpened(false);
    setEntered(false);
    setChosen(null);
    props.onChoose(option);
  };
  useEffect(() => {
    if (!entered || busy) return;
    setEntered(false);
    if (active) choose(active);
    else props.onEnter?.();
  });
  const handleKey = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!open) return setOpened(true);
      const step = key === "ArrowDown" ? 1 : options.length - 1;
      setChosen(options[(at + step) % options.length]?.key ?? null);
    } else if (key === "Enter") {
      if (busy && chosen === null && text.trim() !== "") {
        event.preventDefault();
        setEntered(true);
      } else if (active) {
        event.preventDefault();
        choose(active);
      } else if (props.onEnter?.()) event.preventDefault();
    } else if (key === "Escape" && opened && !inline) {
      // Of a dialog around it, only the list closes.
      event.preventDefault();
      event.stopPropagation();
      setOpened(false);
    } else if (key === "Backspace" && text === "") props.onBackspace?.();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what it hears is of the field in it.
    <div
      className="combobox"
      data-inline={inline || undefined}
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        setOpened(false);
        props.onBlur?.();
      }}
    >
      <input
        ref={(element) => {
          field.current = element;
          if (typeof props.input === "function") props.input(element);
          else if (props.input) props.input.current = element;
        }}
        id={props.id}
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-label={props.id ? undefined : label}
        aria-describedby={props.describedBy}
        aria-autocomplete="list"
        aria-expanded={open && options.length > 0}
        aria-controls={open ? list : undefined}
        aria-activedescendant={active && `${list}${active.key}`}
        // biome-ignore lint/a11y/noAutofocus: it opens where somebody asked for it.
        autoFocus={props.autoFocus}
        placeholder={props.placeholder}
        disabled={props.disabled}
        value={text}
        onChange={(event) => {
          setOpened(true);
          setChosen(null);
          setEntered(false);
          props.onText(event.target.value);
        }}
        onClick={() => setOpened(true)}
        onKeyDown={handleKey}
      />
      {open && (
        <div className="combobox-list" ref={listbox}>
          <div id={list} role="listbox" aria-label="Suggestions">
            {grouped(options).map(([group, members]) => (
              <Group key={group ?? ""} name={group}>
                {members.map((option) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys for all options.
                  <div
                    key={option.key}
                    id={`${list}${option.key}`}
                    className="combobox-option"
                    role="option"
                    tabIndex={-1}
                    aria-selected={option === active}
                    // The field keeps the focus.
                    onPointerDown={(event) => event.preventDefault()}
                    onClick={() => choose(option)}
                  >
                    {option.id && <span className="id">{option.id}</span>}
                    <span className="combobox-label">{option.label}</span>
                    {option.detail && <span className="combobox-detail">{option.detail}</span>}
                  </div>
                ))}
              </Group>
            ))}
          </div>
          {nothing && <p className="empty combobox-empty">{empty}</p>}
        </div>
      )}
      <span className="visually-hidden" role="status">
        {active ? `${options.length} found, ${active.id ?? ""} ${active.label} is chosen` : nothing ? empty : ""}
      </span>
    </div>
  );
}

function Group({ name, children }: { name: string | undefined; children: ReactNode }) {
  if (name === undefined) return children;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be in a listbox.
    <div role="group" aria-label={name}>
      <div className="combobox-group" aria-hidden="true">
        {name}
      </div>
      {children}
    </div>
  );
}

/** The options of each group. */
export function grouped<Item extends Option>(
  options: readonly Item[],
): readonly (readonly [string | undefined, readonly Item[]])[] {
  const groups = new Map<string | undefined, Item[]>();
  for (const option of options) {
    const members = groups.get(option.group);
    if (members) members.push(option);
    else groups.set(option.group, [option]);
  }
  return [...groups];
}
