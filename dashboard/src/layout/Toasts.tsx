import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { Refusal } from "../api/refusal";

interface Notice {
  readonly id: number;
  readonly text: string;
  readonly hint: string;
  readonly bad: boolean;
}

interface Notices {
  /** That something was done. */
  readonly say: (text: string) => void;
  /** That something was not done, and why. */
  readonly refuse: (error: unknown) => void;
}

const NoticesContext = createContext<Notices | null>(null);
const SHOWN_MS = 6_000;
let last = 0;

export function useNotices(): Notices {
  const notices = useContext(NoticesContext);
  if (!notices) throw new Error("Nothing shows notices here.");
  return notices;
}

export function NoticesHere({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly Notice[]>([]);

  const remove = useCallback((id: number) => setShown((all) => all.filter((one) => one.id !== id)), []);
  const add = useCallback(
    (text: string, hint: string, bad: boolean) => {
      last += 1;
      const id = last;
      setShown((all) => [...all.slice(-2), { id, text, hint, bad }]);
      // A refusal stays until it was read.
      if (!bad) window.setTimeout(() => remove(id), SHOWN_MS);
    },
    [remove],
  );
  const notices = useMemo<Notices>(
    () => ({
      say: (text) => add(text, "", false),
      refuse: (error) => {
        const { message, hint } = Refusal.because(error);
        add(message, hint, true);
      },
    }),
    [add],
  );

  return (
    <NoticesContext value={notices}>
      {children}
      <div className="notices" aria-live="polite">
        {shown.map(({ id, text, hint, bad }) => (
          <div key={id} className={bad ? "notice-card bad" : "notice-card"} role={bad ? "alert" : undefined}>
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
    </NoticesContext>
  );
}
