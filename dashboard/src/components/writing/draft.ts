import { useCallback, useRef, useState } from "react";
import { newIdempotencyKey } from "../forms/idempotency-key";

/** Sends a text under a key that keeps it from being sent twice; resolves to whether it was sent. */
type Send = (text: string, idempotencyKey: string) => Promise<boolean>;

interface Draft {
  readonly text: string;
  readonly change: (text: string) => void;
  /** Send what was written. What is written meanwhile stays, and so does all of it where sending fails. */
  readonly send: (send: Send) => Promise<void>;
}

const PREFIX = "goalroom.draft.";

/** A text that is being written, under a name of its own. It outlasts other views and a reload, until it is sent. */
export function useDraft(name: string): Draft {
  const storageKey = PREFIX + name;
  const [text, setText] = useState(() => sessionStorage.getItem(storageKey) ?? "");
  const latest = useRef(text);
  // The same text gets the same key, so that a retry sends nothing twice; another text is sent whole, as one of its own.
  const tried = useRef<{ readonly text: string; readonly key: string } | null>(null);

  const change = useCallback(
    (next: string) => {
      latest.current = next;
      setText(next);
      if (next) sessionStorage.setItem(storageKey, next);
      else sessionStorage.removeItem(storageKey);
    },
    [storageKey],
  );
  const send = useCallback(
    async (run: Send) => {
      const written = latest.current;
      const body = written.trim();
      if (!body) return;
      if (tried.current?.text !== body) tried.current = { text: body, key: newIdempotencyKey() };
      if (!(await run(body, tried.current.key))) return;
      tried.current = null;
      change(withoutSent(latest.current, written));
    },
    [change],
  );
  return { text, change, send };
}

/** What is left of a text after its beginning was sent; all of it where it is another text by now. */
export function withoutSent(now: string, sent: string): string {
  return now.startsWith(sent) ? now.slice(sent.length).trimStart() : now;
}
