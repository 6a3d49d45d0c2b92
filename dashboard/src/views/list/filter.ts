import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";
import type { Priority, TaskFilter, TaskStatus } from "../../api/documents";
import { parseIds } from "../../components/forms/parse-input";
import { searchQuery } from "../../components/pickers/search-query";

const FACETS = ["search", "status", "assignee", "priority", "objective", "label", "only"] as const;

export type Facet = (typeof FACETS)[number];

/** What a board or a list is filtered by, as it stands in the address. Empty values do not filter. */
export type Filter = Readonly<Record<Facet, string>>;

export function useFilter() {
  const [search, setSearch] = useSearchParams();
  const key = JSON.stringify(Object.fromEntries(FACETS.map((facet) => [facet, search.get(facet) ?? ""])));
  // New objects only where a value changed, so that nothing is asked more often.
  const filter = useMemo(() => JSON.parse(key) as Filter, [key]);
  const taskFilter = useMemo(() => taskFilterOf(filter), [filter]);
  const setFilter = useCallback(
    (change: Partial<Filter>) => {
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [facet, value] of Object.entries(change)) {
            if (value) next.set(facet, value);
            else next.delete(facet);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return { filter, taskFilter, setFilter };
}

/** As the server takes it. */
export function taskFilterOf({ search, status, assignee, priority, objective, label, only }: Filter): TaskFilter {
  const waits = only === "ready" || only === "waiting";
  return {
    ...(search && { search: searchQuery(search) }),
    ...(status && { statuses: [status as TaskStatus] }),
    ...(assignee && { assignee }),
    ...(priority && { priorities: [priority as Priority] }),
    ...(objective && { objective: parseIds(objective)[0] ?? objective }),
    ...(label && { labels: [label] }),
    ...(waits && { statuses: ["TODO"], ready: only === "ready" }),
    ...(only === "stale" && { stale: true }),
  };
}

/** The facets that are set, with their values. */
export function setFacets(filter: Filter): readonly (readonly [Facet, string])[] {
  return FACETS.flatMap((facet) => (filter[facet] ? [[facet, filter[facet]] as const] : []));
}
