import {
  createContext,
  type ReactNode,
  type RefObject,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { createPortal } from "react-dom";
import { Refusal } from "../api/refusal";
import { type Place, placeBeside, rememberPressed } from "./pressed";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly hint: string;
  readonly isError: boolean;
  readonly undo: (() => void) | undefined;
  /** Where it stands; null is the corner, with the others. */
  readonly place: Place | null;
}

interface Toasts {
  /** With `undo`, it has a button that takes back what was done. */
  readonly showSuccess: (text: string, undo?: () => void) => void;
  /** Beside the control that was pressed, where that is in sight. */
  readonly showError: (error: unknown, pressed?: Element | null) => void;
  /** What was done is over with: nothing of it covers what is done now. */
  readonly hideSuccess: () => void;
  /** Show them in this element from now on, until the function that is returned is called. */
  readonly showIn: (element: HTMLElement) => () => void;
}

const ToastContext = createContext<Toasts | null>(null);
const SUCCESS_SHOWN_MS = 6_000;
// As long as it takes to see that it was wrong.
const UNDO_SHOWN_MS = 15_000;
let lastId = 0;

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error("There is no ToastProvider around this component.");
  return toasts;
}

/** A modal dialog shows the toasts itself: all that is outside of it is behind it, and can't be clicked. */
export function useToastsIn(element: RefObject<HTMLElement | null>): void {
  const { showIn } = useToasts();
  useEffect(() => (element.current ? showIn(element.current) : undefined), [showIn, element]);
}

/** Shows toasts over its children: at most three, the newest last. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly Toast[]>([]);
  const [dialogs, setDialogs] = useState<readonly HTMLElement[]>([]);

  const remove = useCallback((id: number) => setShown((toasts) => toasts.filter((toast) => toast.id !== id)), []);
  const add = useCallback(
    (text: string, hint: string, isError: boolean, undo?: () => void, place: Place | null = null) => {
      lastId += 1;
      const id = lastId;
      // The same error once, however often somebody tries, and one at a time beside what was pressed.
      const isOver = (toast: Toast) => isError && (toast.text === text || (place !== null && toast.place !== null));
      const others = (toasts: readonly Toast[]) => toasts.filter((toast) => !isOver(toast));
      setShown((toasts) => [...others(toasts).slice(-2), { id, text, hint, isError, undo, place }]);
      // An error stays until it is dismissed.
      if (!isError) window.setTimeout(() => remove(id), undo ? UNDO_SHOWN_MS : SUCCESS_SHOWN_MS);
    },
    [remove],
  );
  const toasts = useMemo<Toasts>(
    () => ({
      showSuccess: (text, undo) => add(text, "", false, undo),
      hideSuccess: () => setShown((toasts) => toasts.filter(({ isError }) => isError)),
      showError: (error, pressed = null) => {
        const refusal = Refusal.fromUnknown(error);
        const box = pressed?.isConnected ? pressed.getBoundingClientRect() : null;
        const place = box && placeBeside(box, { width: innerWidth, height: innerHeight });
        add(refusal.message, refusal.hintForPeople, true, undefined, place);
      },
      showIn: (element) => {
        setDialogs((elements) => [...elements, element]);
        return () => {
          setDialogs((elements) => elements.filter((one) => one !== element));
          // What was refused in it is over with it.
          setShown((toasts) => toasts.filter(({ isError }) => !isError));
        };
      },
    }),
    [add],
  );

  useEffect(rememberPressed, []);

  const dialog = dialogs.at(-1);
  const inCorner = dialog ? shown : shown.filter(({ place }) => !place);
  const list = (
    <div className="toasts" aria-live="polite">
      {inCorner.map((toast) => (
        <ToastLine key={toast.id} toast={toast} onRemove={() => remove(toast.id)} />
      ))}
    </div>
  );
  return (
    <ToastContext value={toasts}>
      {children}
      {dialog ? createPortal(list, dialog) : list}
      {!dialog &&
        shown.map(
          (toast) =>
            toast.place && (
              <div key={toast.id} className="toasts" style={{ right: "auto", bottom: "auto", ...toast.place }}>
                <ToastLine toast={toast} onRemove={() => remove(toast.id)} />
              </div>
            ),
        )}
    </ToastContext>
  );
}

function ToastLine({ toast: { text, hint, isError, undo }, onRemove }: { toast: Toast; onRemove: () => void }) {
  return (
    <div className={isError ? "toast toast-error" : "toast"} role={isError ? "alert" : undefined}>
      <p>
        {text}
        {hint && <span className="hint">{hint}</span>}
      </p>
      {undo && (
        <button
          type="button"
          onClick={() => {
            onRemove();
            undo();
          }}
        >
          Undo
        </button>
      )}
      <button type="button" className="quiet" aria-label="Dismiss" onClick={onRemove}>
        ×
      </button>
    </div>
  );
}
