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

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly hint: string;
  readonly isError: boolean;
  readonly undo: (() => void) | undefined;
}

interface Toasts {
  /** With `undo`, it has a button that takes back what was done. */
  readonly showSuccess: (text: string, undo?: () => void) => void;
  readonly showError: (error: unknown) => void;
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
    (text: string, hint: string, isError: boolean, undo?: () => void) => {
      lastId += 1;
      const id = lastId;
      // The same error once, however often somebody tries.
      const others = (toasts: readonly Toast[]) => toasts.filter((toast) => !(isError && toast.text === text));
      setShown((toasts) => [...others(toasts).slice(-2), { id, text, hint, isError, undo }]);
      // An error stays until it is dismissed.
      if (!isError) window.setTimeout(() => remove(id), undo ? UNDO_SHOWN_MS : SUCCESS_SHOWN_MS);
    },
    [remove],
  );
  const toasts = useMemo<Toasts>(
    () => ({
      showSuccess: (text, undo) => add(text, "", false, undo),
      hideSuccess: () => setShown((toasts) => toasts.filter(({ isError }) => isError)),
      showError: (error) => {
        const refusal = Refusal.fromUnknown(error);
        add(refusal.message, refusal.hintForPeople, true);
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

  const list = (
    <div className="toasts" aria-live="polite">
      {shown.map(({ id, text, hint, isError, undo }) => (
        <div key={id} className={isError ? "toast toast-error" : "toast"} role={isError ? "alert" : undefined}>
          <p>
            {text}
            {hint && <span className="hint">{hint}</span>}
          </p>
          {undo && (
            <button
              type="button"
              onClick={() => {
                remove(id);
                undo();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" className="quiet" aria-label="Dismiss" onClick={() => remove(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
  const dialog = dialogs.at(-1);
  return (
    <ToastContext value={toasts}>
      {children}
      {dialog ? createPortal(list, dialog) : list}
    </ToastContext>
  );
}
