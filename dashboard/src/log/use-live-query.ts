import type { AnyVariables } from "@urql/core";
import { createContext, useCallback, useContext, useMemo, useRef, useSyncExternalStore } from "react";
import type { Api } from "../api/api";
import type { TypedDocumentString } from "../api/documents";
import type { Refusal } from "../api/refusal";
import { useSession } from "../session/session";
import type { ChangeFilter } from "./invalidation";
import { LiveQuery } from "./live-query";
import type { LogStatus, RoomLog } from "./room-log";

export const LogContext = createContext<RoomLog | null>(null);

export function useLog(): RoomLog {
  const log = useContext(LogContext);
  if (!log) throw new Error("There is no room around this component.");
  return log;
}

export function useLogStatus(): LogStatus {
  const log = useLog();
  return useSyncExternalStore(log.subscribe, log.status);
}

export interface LiveQueryResult<Data> {
  /** While a query with other variables is running, the data of the one before it. */
  readonly data: Data | undefined;
  readonly refusal: Refusal | null;
  /** The data belongs to the variables before these: show it dimmed. */
  readonly isPreviousData: boolean;
  /** Ask again now. */
  readonly refetch: () => void;
}

/**
 * The result of a query, asked again when the room's log holds a change that `invalidatedBy` accepts. That filter must be
 * a constant or memoised.
 */
export function useLiveQuery<Data, Variables extends AnyVariables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  invalidatedBy: ChangeFilter,
): LiveQueryResult<Data> {
  const { api } = useSession();
  const key = JSON.stringify(variables);
  const fetch = useCallback(() => queryFor(api, document, JSON.parse(key) as Variables), [api, document, key]);
  return useQuery(fetch, invalidatedBy, undefined, document + key);
}

/** Ask for what `useLiveQuery` will be asked for soon, so that it has its result at once. */
export async function fetchAhead<Data, Variables extends AnyVariables>(
  api: Api,
  log: RoomLog,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  invalidatedBy: ChangeFilter,
): Promise<void> {
  const key = document + JSON.stringify(variables);
  if (log.results.get(key) !== undefined) return;
  await log.ready;
  // Where that fails, who opens it asks again.
  await log.results.fetch(key, () => queryFor(api, document, variables), invalidatedBy).catch(() => undefined);
}

function queryFor<Data, Variables extends AnyVariables>(
  api: Api,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  return api.query(document, variables, { allowPartial: true });
}

/**
 * As `useLiveQuery`, for data that takes several queries. `fetch` must be memoised too. What costs the server much is
 * asked for again at most once in an `interval` of milliseconds.
 */
export function useLiveFetch<Data>(
  fetch: () => Promise<Data>,
  invalidatedBy: ChangeFilter,
  interval?: number,
): LiveQueryResult<Data> {
  return useQuery(fetch, invalidatedBy, interval, undefined);
}

function useQuery<Data>(
  fetch: () => Promise<Data>,
  invalidatedBy: ChangeFilter,
  interval: number | undefined,
  keptAs: string | undefined,
): LiveQueryResult<Data> {
  const log = useLog();
  const query = useMemo(
    () => new LiveQuery(log, fetch, invalidatedBy, { interval, keptAs }),
    [log, fetch, invalidatedBy, interval, keptAs],
  );
  const { data, refusal } = useSyncExternalStore(query.subscribe, query.getSnapshot);
  const last = useRef<Data | undefined>(undefined);
  if (data !== undefined) last.current = data;
  else if (refusal && !refusal.isTransient) last.current = undefined;
  return {
    data: data ?? last.current,
    refusal,
    isPreviousData: data === undefined && last.current !== undefined,
    refetch: query.refetch,
  };
}
