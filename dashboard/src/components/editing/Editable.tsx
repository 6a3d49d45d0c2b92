import {
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { Refusal } from "../../api/refusal";
import { useToasts } from "../../layout/Toasts";
import { useSession } from "../../session/session";
import { FieldError } from "../forms/FieldError";
import { isComposing } from "../writing/composition";
import "./editable.css";

/** What an editor gets: the draft of the value, and how to change and to save it. */
export interface EditorProps<Value> {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** Saves this at once: where choosing it says all. */
  readonly onSave: (value: Value) => void;
  readonly disabled: boolean;
  /** The element that says what is wrong with it. */
  readonly describedBy: string | undefined;
}

interface EditableProps<Value> {
  /** The id of what it belongs to: with the label, it names the draft. */
  readonly of: string;
  readonly label: string;
  readonly value: Value;
  /** Shown while nobody edits it; nothing stands for a value that isn't set. */
  readonly children: ReactNode;
  readonly editor: (props: EditorProps<Value>) => ReactNode;
  /** Throws a `Refusal`. */
  readonly onSave: (value: Value) => Promise<unknown>;
  /** What edits it instead, where more must be asked. */
  readonly onEdit?: (() => void) | undefined;
  /** It may not be changed now. */
  readonly fixed?: boolean;
  readonly className?: string;
}

/**
 * A value that is edited where it stands. It is shown, edited, saved, and back again with a word that undoes it. What is
 * refused stays in the editor, with the reason at it; what somebody typed outlasts a way to another page and back.
 */
export function Editable<Value>({ of, label, value, children, editor, onSave, ...more }: EditableProps<Value>) {
  const { canWrite } = useSession();
  const { showSuccess } = useToasts();
  const [draft, setDraft] = useUnsaved<{ value: Value; before: Value }>(`${of}/${label}`);
  const [saving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const error = useId();
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  const editing = draft !== null;

  useEffect(() => {
    // Back to where somebody came from, unless they went elsewhere meanwhile.
    if (wasEditing.current && !editing && document.activeElement === document.body) button.current?.focus();
    wasEditing.current = editing;
  }, [editing]);

  const close = () => {
    setRefusal(null);
    setDraft(null);
  };
  const save = async (next: Value) => {
    if (same(next, value)) return close();
    const before = value;
    setDraft({ value: next, before });
    setSaving(true);
    setRefusal(null);
    try {
      await onSave(next);
      setDraft(null);
      const undo = () => onSave(before).catch((reason: unknown) => setRefusal(Refusal.fromUnknown(reason)));
      showSuccess(`${label} saved.`, () => void undo());
    } catch (reason) {
      setRefusal(Refusal.fromUnknown(reason));
    } finally {
      setSaving(false);
    }
  };
  const discard = () => {
    const left = draft;
    close();
    if (left && !same(left.value, left.before)) showSuccess(`${label} was not changed.`, () => setDraft(left));
  };

  if (!draft)
    return (
      <div className={`editable ${more.className ?? ""}`}>
        <div className="editable-value">{children || <span className="soft">–</span>}</div>
        {canWrite && !more.fixed && (
          <button
            type="button"
            ref={button}
            className="quiet editable-button"
            aria-label={`Edit ${label.toLowerCase()}`}
            title={`Edit ${label.toLowerCase()}`}
            onClick={more.onEdit ?? (() => setDraft({ value, before: value }))}
          >
            <span aria-hidden="true">✎</span>
          </button>
        )}
        <FieldError refusal={refusal} />
      </div>
    );

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!saving) void save(draft.value);
  };
  const handleKey = (event: KeyboardEvent<HTMLFormElement>) => {
    if (isComposing(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      discard();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.currentTarget.requestSubmit();
    }
  };
  return (
    <form className={`editing ${more.className ?? ""}`} onSubmit={submit} onKeyDown={handleKey} aria-label={label}>
      {editor({
        label,
        value: draft.value,
        onChange: (next) => setDraft({ ...draft, value: next }),
        onSave: (next) => void save(next),
        disabled: saving,
        describedBy: refusal ? error : undefined,
      })}
      <FieldError refusal={refusal} id={error} />
      {!same(draft.before, value) && <p className="hint">Somebody has changed it meanwhile; saving replaces that.</p>}
      <div className="editing-buttons">
        <button type="submit" className="primary" disabled={saving}>
          {saving ? "Saving…" : "Save"}
        </button>
        <button type="button" disabled={saving} onClick={discard}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

// What was typed and not saved yet, by what it is for, for as long as the page is open.
const unsaved = new Map<string, unknown>();

/** A state that outlasts its component while it isn't null: what somebody typed is there when they come back. */
function useUnsaved<Value>(key: string): [Value | null, (draft: Value | null) => void] {
  const [state, setState] = useState<{ key: string; draft: Value | null }>({ key, draft: unsavedOf<Value>(key) });
  const set = useCallback(
    (draft: Value | null) => {
      if (draft === null) unsaved.delete(key);
      else unsaved.set(key, draft);
      setState({ key, draft });
    },
    [key],
  );
  return [state.key === key ? state.draft : unsavedOf<Value>(key), set];
}

function unsavedOf<Value>(key: string): Value | null {
  return (unsaved.get(key) as Value | undefined) ?? null;
}
