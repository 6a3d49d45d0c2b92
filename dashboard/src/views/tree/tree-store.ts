import type { Api } from "../../api/api";
import {
  type ObjectiveNameFragment,
  type ObjectiveRowFragment,
  TreePageDocument,
  TreeRowsDocument,
} from "../../api/documents";
import type { Refusal } from "../../api/refusal";
import { ACTIVITY_CHANGED, type LogChange, type LogEvent } from "../../log/invalidation";
import { LiveStore } from "../../log/live-store";
import type { RoomLog } from "../../log/room-log";

/** A row of the tree as it is expanded. */
export interface TreeRow {
  readonly id: string;
  /** Null until the page of names that it is on was fetched. */
  readonly node: ObjectiveNameFragment | null;
  /** Progress and counts; null until the row was visible. */
  readonly figures: ObjectiveRowFragment | null;
  readonly level: number;
  /** From 1, among its siblings. */
  readonly position: number;
  readonly siblings: number;
  readonly parent: string | null;
  readonly expanded: boolean;
}

/** What is being moved to another parent. */
export type MovingObjective = Pick<ObjectiveNameFragment, "id" | "title"> & Pick<TreeRow, "parent">;

/** The children of an objective, or the top level, as far as they were fetched. */
export interface ChildList {
  readonly ids: readonly string[];
  readonly total: number;
}

interface FetchedList extends ChildList {
  ids: string[];
  total: number;
  endCursor: string | null;
  hasMore: boolean;
}

export interface TreeState {
  readonly rows: readonly TreeRow[];
  /** The top level is here. */
  readonly loaded: boolean;
  readonly refusal: Refusal | null;
}

const PAGE = 200;
const MAX_IDS = 100;

/**
 * The tree of objectives as far as it was expanded and scrolled to. Names come in pages. Figures, which cost the server
 * more, are fetched only for visible rows, and again when they may have changed.
 */
export class TreeStore extends LiveStore<TreeState> {
  readonly #names = new Map<string, ObjectiveNameFragment>();
  readonly #figures = new Map<string, ObjectiveRowFragment>();
  /** Counts changes; figures that were fetched in an earlier generation are outdated. */
  #generation = 0;
  readonly #fetchedIn = new Map<string, number>();
  readonly #lists = new Map<string | null, FetchedList>();
  readonly #expanded = new Set<string>();
  /** Lists to fetch again from their start. */
  readonly #outdated = new Set<string | null>([null]);
  #visible: readonly TreeRow[] = [];
  /** Two, so that expanding never waits for figures, which take long where many tasks are below. */
  readonly #listThrottle = this.throttledFetch(() => this.#fetchLists());
  readonly #figureThrottle = this.throttledFetch(() => this.#fetchFigures());

  constructor(
    private readonly api: Api,
    log: RoomLog,
    private readonly room: string,
  ) {
    super(log, { rows: [], loaded: false, refusal: null });
  }

  setVisible(rows: readonly TreeRow[]): void {
    this.#visible = rows;
    if (this.#listToContinue() !== undefined) this.#listThrottle.trigger();
    if (rows.some((row) => this.#needsFigures(row))) this.#figureThrottle.trigger();
  }

  expand(id: string): void {
    this.#expanded.add(id);
    if (!this.#lists.has(id)) {
      this.#outdated.add(id);
      this.#listThrottle.trigger();
    }
    this.publish({});
  }

  collapse(id: string): void {
    this.#expanded.delete(id);
    this.publish({});
  }

  /** Whether the first is the second or a descendant of it, as far as was fetched. */
  isWithin(id: string, ancestor: string): boolean {
    return isWithin(this.#lists, id, ancestor);
  }

  onLogChange(change: LogChange | null): void {
    if (change === null) {
      for (const parent of this.#lists.keys()) this.#outdated.add(parent);
    } else {
      if (!changesTree(change)) return;
      const outdated = outdatedLists(change);
      for (const parent of outdated === "all" ? this.#lists.keys() : outdated)
        if (this.#lists.has(parent)) this.#outdated.add(parent);
    }
    this.#generation += 1;
    if (this.#outdated.size > 0) this.#listThrottle.trigger();
    this.#figureThrottle.trigger();
  }

  async #fetchLists(): Promise<void> {
    for (const parent of [...this.#outdated]) await this.#fetchAgain(parent);
    for (let parent = this.#listToContinue(); parent !== undefined; parent = this.#listToContinue())
      await this.#fetchNext(parent);
  }

  /** The list of the first visible row whose page is still to be fetched; undefined if there is none. */
  #listToContinue(): string | null | undefined {
    const row = this.#visible.find(({ node, parent }) => node === null && this.#lists.get(parent)?.hasMore);
    return row && this.#isMissing(row) ? row.parent : undefined;
  }

  #needsFigures({ id, node }: TreeRow): boolean {
    return node !== null && (this.#fetchedIn.get(id) ?? -1) < this.#generation;
  }

  #isMissing({ parent, position }: TreeRow): boolean {
    const list = this.#lists.get(parent);
    return list?.hasMore === true && list.ids.length < position;
  }

  async #fetchAgain(parent: string | null): Promise<void> {
    const before = this.#lists.get(parent)?.ids.length ?? 0;
    const list: FetchedList = { ids: [], total: 0, endCursor: null, hasMore: true };
    do await this.#fetchPage(parent, list);
    while (list.hasMore && list.ids.length < before);
    this.#lists.set(parent, list);
    this.#outdated.delete(parent);
    this.publish({ loaded: true });
  }

  async #fetchNext(parent: string | null): Promise<void> {
    const list = this.#lists.get(parent);
    if (list) await this.#fetchPage(parent, list);
    this.publish({});
  }

  async #fetchPage(parent: string | null, list: FetchedList): Promise<void> {
    const { room } = await this.api.query(TreePageDocument, {
      room: this.room,
      parent,
      first: PAGE,
      after: list.endCursor,
    });
    if (!room) return;
    const { nodes, totalCount, pageInfo } = room.objectives;
    for (const node of nodes) this.#names.set(node.id, node);
    list.ids.push(...nodes.map(({ id }) => id));
    list.total = totalCount;
    list.endCursor = pageInfo.endCursor;
    list.hasMore = pageInfo.hasNextPage;
  }

  async #fetchFigures(): Promise<void> {
    const ids = this.#visible.filter((row) => this.#needsFigures(row)).map(({ id }) => id);
    if (ids.length === 0) return;
    const generation = this.#generation;
    const { nodes } = await this.api.query(TreeRowsDocument, { ids: ids.slice(0, MAX_IDS) }, { allowPartial: true });
    for (const node of nodes) {
      if (!isObjective(node)) continue;
      this.#names.set(node.id, node);
      this.#figures.set(node.id, node);
      this.#fetchedIn.set(node.id, generation);
    }
  }

  protected override publish(change: Partial<TreeState>): void {
    super.publish({ ...change, rows: treeRows(this.#lists, this.#expanded, this.#names, this.#figures) });
  }
}

/** The rows of a tree from its lists of children: one for each child of an expanded objective, fetched or not. */
export function treeRows(
  lists: ReadonlyMap<string | null, ChildList>,
  expanded: ReadonlySet<string>,
  names: ReadonlyMap<string, ObjectiveNameFragment>,
  figures: ReadonlyMap<string, ObjectiveRowFragment>,
): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (parent: string | null, level: number) => {
    const list = lists.get(parent);
    if (!list) return;
    for (let index = 0; index < Math.max(list.total, list.ids.length); index += 1) {
      const id = list.ids[index];
      const open = id !== undefined && expanded.has(id);
      rows.push({
        id: id ?? `${parent}/${index}`,
        node: (id !== undefined && names.get(id)) || null,
        figures: (id !== undefined && figures.get(id)) || null,
        level,
        position: index + 1,
        siblings: list.total,
        parent,
        expanded: open,
      });
      if (open) add(id, level + 1);
    }
  };
  add(null, 1);
  return rows;
}

/** Whether the first is the second or a descendant of it. */
export function isWithin(lists: ReadonlyMap<string | null, ChildList>, id: string, ancestor: string): boolean {
  const parents = new Map<string, string>();
  for (const [parent, { ids }] of lists) if (parent) for (const child of ids) parents.set(child, parent);
  for (let at: string | undefined = id; at; at = parents.get(at)) if (at === ancestor) return true;
  return false;
}

/** Whether an event may have changed the rows of a tree, or their figures. */
export function changesTree(change: LogChange): change is LogEvent {
  if (change === ACTIVITY_CHANGED) return false;
  if (change.kind.startsWith("TASK_") || change.kind === "KEY_RESULT_UPDATED") return change.objective !== null;
  return change.kind.startsWith("OBJECTIVE_");
}

/** The parents whose lists of children an event changed; null is the top level. */
export function outdatedLists({ kind, data }: LogEvent): "all" | readonly (string | null)[] {
  if (!kind.startsWith("OBJECTIVE_")) return [];
  const { parent, previous, changes } = (data ?? {}) as ObjectiveEventData;
  if (kind === "OBJECTIVE_ARCHIVED" || changes?.archived !== undefined) return "all";
  if (kind === "OBJECTIVE_CREATED") return [parent ?? null];
  if (kind === "OBJECTIVE_MOVED") return [parent ?? null, previous ?? null];
  return [];
}

interface ObjectiveEventData {
  readonly parent?: string | null;
  readonly previous?: string | null;
  readonly changes?: { readonly archived?: boolean };
}

/** `nodes` holds null, or an object without fields, where an id is not that of an objective. */
function isObjective(node: ObjectiveRowFragment | object | null): node is ObjectiveRowFragment {
  return node !== null && "id" in node;
}
