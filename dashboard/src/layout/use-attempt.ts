import { useCallback, useState } from "react";
import { lastPressed } from "./pressed";
import { useToasts } from "./Toasts";

/** Runs what may be refused. It resolves to what that does, or to undefined after a refusal, which is shown beside what was pressed. */
export function useAttempt(): [attempt: <T>(work: () => Promise<T>) => Promise<T | undefined>, pending: boolean] {
  const { showError } = useToasts();
  const [pending, setPending] = useState(false);
  const attempt = useCallback(
    async <T>(work: () => Promise<T>) => {
      const pressed = lastPressed();
      setPending(true);
      try {
        return await work();
      } catch (error) {
        showError(error, pressed);
        return undefined;
      } finally {
        setPending(false);
      }
    },
    [showError],
  );
  return [attempt, pending];
}
