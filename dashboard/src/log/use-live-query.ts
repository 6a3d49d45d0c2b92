import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { AnyVariables } from "@urql/core";
import { createContext, useCallback, useContext, useMemo, useRef, useSyncExternalStore } from "react";
import type { Refusal } from "../api/refusal";
import { useSession } from "../session/session";
import type { Concern } from "./invalidation";
import { LiveQuery } from "./live-query";
import type { RoomLog, Standing } from "./room-log";

export const LogContext = createContext<RoomLog | null>(null);

export function useLog(): RoomLog {
  const log = useContext(LogContext);
  if (!log) throw new Error("This stands in no room.");
  return log;
}

export function useStanding(): Standing {
  const log = useLog();
  return useSyncExternalStore(log.listen, log.standing);
}

export interface Live<Data> {
  /** While another question is under way, the answer to the one before it. */
  readonly data: Data | undefined;
  readonly refusal: Refusal | null;
  /** What is shown answers another question: show it as passing. */
  readonly passing: boolean;
  /** Ask again now. */
  readonly refresh: () => void;
}

/**
 * The answer to a question, kept true by the room's log. `concern` says which news may change it, and must be a
 * constant or memoised.
 */
export function useLive<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  concern: Concern,
): Live<Data> {
  const { api } = useSession();
  const key = JSON.stringify(variables);
  const ask = useCallback(
    () => api.ask(document, JSON.parse(key) as Variables, { partly: true }),
    [api, document, key],
  );
  return useLiveAnswer(ask, concern);
}

/** As `useLive`, where it takes more than one question: `ask` must be memoised too. */
export function useLiveAnswer<Data>(ask: () => Promise<Data>, concern: Concern): Live<Data> {
  const log = useLog();
  const query = useMemo(() => new LiveQuery(log, ask, concern), [log, ask, concern]);
  const answer = useSyncExternalStore(query.listen, query.state);
  const last = useRef<Data | undefined>(undefined);
  if (answer.data !== undefined) last.current = answer.data;
  else if (answer.refusal && !answer.refusal.passes) last.current = undefined;
  return {
    data: answer.data ?? last.current,
    refusal: answer.refusal,
    passing: answer.data === undefined && last.current !== undefined,
    refresh: query.refresh,
  };
}
