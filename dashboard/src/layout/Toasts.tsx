import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { Refusal } from "../api/refusal";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly hint: string;
  readonly isError: boolean;
}

interface Toasts {
  readonly showSuccess: (text: string) => void;
  readonly showError: (error: unknown) => void;
}

const ToastContext = createContext<Toasts | null>(null);
const SUCCESS_SHOWN_MS = 6_000;
let lastId = 0;

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error("There is no ToastProvider around this component.");
  return toasts;
}

/** Shows toasts over its children: at most three, the newest last. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly Toast[]>([]);

  const remove = useCallback((id: number) => setShown((toasts) => toasts.filter((toast) => toast.id !== id)), []);
  const add = useCallback(
    (text: string, hint: string, isError: boolean) => {
      lastId += 1;
      const id = lastId;
      setShown((toasts) => [...toasts.slice(-2), { id, text, hint, isError }]);
      // An error stays until it is dismissed.
      if (!isError) window.setTimeout(() => remove(id), SUCCESS_SHOWN_MS);
    },
    [remove],
  );
  const toasts = useMemo<Toasts>(
    () => ({
      showSuccess: (text) => add(text, "", false),
      showError: (error) => {
        const { message, hint } = Refusal.fromUnknown(error);
        add(message, hint, true);
      },
    }),
    [add],
  );

  return (
    <ToastContext value={toasts}>
      {children}
      <div className="toasts" aria-live="polite">
        {shown.map(({ id, text, hint, isError }) => (
          <div key={id} className={isError ? "toast toast-error" : "toast"} role={isError ? "alert" : undefined}>
            <p>
              {text}
              {hint && <span className="hint">{hint}</span>}
            </p>
            <button type="button" className="quiet" aria-label="Dismiss" onClick={() => remove(id)}>
              ×
            </button>
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
