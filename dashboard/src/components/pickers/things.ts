import { useCallback } from "react";
import {
  FindThingsDocument,
  type FindThingsQuery,
  RecentTasksDocument,
  RootObjectivesDocument,
} from "../../api/documents";
import { useRoom } from "../../layout/room";
import { useSession } from "../../session/session";
import { stateLabel } from "../tasks/TaskState";
import { searchQuery } from "./search-query";

/** A task or an objective, as far as it takes to name it. */
export interface Thing {
  readonly id: string;
  /** Empty where only its id is known. */
  readonly title: string;
  /** Its status, in a word. */
  readonly state?: string;
}

export type ThingKind = "task" | "objective";

const RECENT = 10;
const ROOTS = 20;
// Comments and messages are among what is found, and left out.
const FOUND = 50;

/** Finds tasks, objectives or both by ids and words; without any, what is likely to be meant. */
export function useFindThings(kind: ThingKind | "any"): (text: string) => Promise<readonly Thing[]> {
  const { api } = useSession();
  const { name } = useRoom();
  return useCallback(
    async (text) => {
      const fits = ({ id }: Thing) => kind === "any" || id.startsWith(kind === "task" ? "T" : "O");
      const query = searchQuery(text);
      if (query) {
        const { search } = await api.query(FindThingsDocument, { room: name, query, first: FOUND });
        return search.flatMap((found) => thingOf(found) ?? []).filter(fits);
      }
      const [tasks, objectives] = await Promise.all([
        kind === "objective" ? null : api.query(RecentTasksDocument, { room: name, first: RECENT }),
        kind === "task" ? null : api.query(RootObjectivesDocument, { room: name, first: ROOTS }),
      ]);
      const recent = tasks?.room?.tasks.nodes.map((task) => ({ ...task, state: stateLabel(task) })) ?? [];
      const roots =
        objectives?.room?.objectives.nodes.map((one) => ({ ...one, state: one.status.toLowerCase() })) ?? [];
      return [...recent, ...roots];
    },
    [api, name, kind],
  );
}

export type Found = FindThingsQuery["search"][number];

/** A task or an objective that was found; null for anything else. */
export function thingOf(found: Found): Thing | null {
  if ("objectiveStatus" in found && found.title !== undefined)
    return { id: found.id, title: found.title, state: found.objectiveStatus.toLowerCase() };
  if ("ready" in found && found.title !== undefined)
    return { id: found.id, title: found.title, state: stateLabel(found) };
  return null;
}
