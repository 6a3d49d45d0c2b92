import { useCallback } from "react";
import type { Api } from "../../api/api";
import { BlockersDocument, type BlockersQuery, type OpenTaskFragment, OpenTasksDocument } from "../../api/documents";
import { useRoom } from "../../layout/room";
import { anyOf, eventKinds } from "../../log/invalidation";
import { useLiveFetch } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { type Absence, absencesOf, type Behind, behindTasks, type Cause, causesOf, type Owned, ownedBy } from "./waits";

export type Blocker = Extract<NonNullable<BlockersQuery["nodes"][number]>, { readonly id: string }>;

/** What the open tasks of the room tell together. */
export interface OpenTasks {
  readonly causes: readonly Cause[];
  readonly behind: Behind | null;
  readonly absences: readonly Absence[];
  readonly owned: ReadonlyMap<string, Owned>;
  /** By id: the tasks that the causes are about. */
  readonly blockers: ReadonlyMap<string, Blocker>;
  /** How many were looked at, and how many there are. */
  readonly looked: number;
  readonly total: number;
}

const PAGE = 150;
const MAX_PAGES = 4;
const MOST_BLOCKERS = 20;
// Looking at hundreds of tasks costs the server a tenth of a second, and sums may be some seconds old.
const EVERY_MS = 10_000;

const changesWaits = anyOf(
  eventKinds("DEPENDENCY_", "ROOM_UPDATED", "OBJECTIVE_UPDATED", "RESOURCE_CHANGED", "PROPOSAL_", "PRESENCE_CHANGED"),
  eventKinds("TASK_CREATED", "TASK_UPDATED", "TASK_ASSIGNED", "TASK_BLOCKED", "TASK_UNBLOCKED", "TASK_DONE"),
  eventKinds("TASK_CANCELLED", "TASK_REOPENED", "TASK_CLAIMED", "TASK_RELEASED", "TASK_RECLAIMED"),
);

/** The open tasks summed up; undefined until they are there. */
export function useOpenTasks(): OpenTasks | undefined {
  const { api } = useSession();
  const { name } = useRoom();
  const fetch = useCallback(() => fetchOpenTasks(api, name), [api, name]);
  return useLiveFetch(fetch, changesWaits, EVERY_MS).data;
}

async function fetchOpenTasks(api: Api, room: string): Promise<OpenTasks> {
  const tasks: OpenTaskFragment[] = [];
  let total = 0;
  for (let page = 0, after: string | null = null; page < MAX_PAGES; page += 1) {
    const answer: Awaited<ReturnType<typeof askPage>> = await askPage(api, room, after);
    if (!answer) break;
    tasks.push(...answer.nodes);
    total = answer.totalCount;
    after = answer.pageInfo.endCursor ?? null;
    if (!answer.pageInfo.hasNextPage) break;
  }
  const causes = causesOf(tasks);
  const ids = [...new Set(causes.flatMap(({ task }) => task ?? []))].slice(0, MOST_BLOCKERS);
  const { nodes } = ids.length > 0 ? await api.query(BlockersDocument, { ids }, { allowPartial: true }) : { nodes: [] };
  const blockers = nodes.filter((node): node is Blocker => node !== null && "id" in node);
  return {
    causes,
    behind: behindTasks(causes, tasks),
    absences: absencesOf(tasks),
    owned: ownedBy(tasks),
    blockers: new Map(blockers.map((task) => [task.id, task])),
    looked: tasks.length,
    total,
  };
}

async function askPage(api: Api, room: string, after: string | null) {
  const answer = await api.query(OpenTasksDocument, { room, first: PAGE, after });
  return answer.room?.tasks ?? null;
}
