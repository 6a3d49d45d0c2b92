import type { Api } from "../../api/api";
import { type NamedFragment, type RowFragment, TreePageDocument, TreeRowsDocument } from "../../api/documents";
import type { Refusal } from "../../api/refusal";
import { DOING, type LogEvent, type News } from "../../log/invalidation";
import { Model } from "../../log/live-store";
import type { RoomLog } from "../../log/room-log";

/** A line of the tree as it is unfolded. */
export interface TreeLine {
  readonly id: string;
  /** Null where its page is not here yet. */
  readonly node: NamedFragment | null;
  /** Null until it was in sight. */
  readonly figures: RowFragment | null;
  readonly level: number;
  readonly place: number;
  readonly siblings: number;
  readonly parent: string | null;
  readonly open: boolean;
}

interface Children {
  ids: string[];
  total: number;
  after: string | null;
  more: boolean;
}

/** What is carried to another place. */
export interface Carried {
  readonly id: string;
  readonly title: string;
}

/** What a view of the forest is drawn from; another object at each change. */
export interface Forest {
  readonly lines: readonly TreeLine[];
  readonly known: boolean;
  readonly refusal: Refusal | null;
}

const PAGE = 200;
const AT_A_TIME = 100;

/**
 * The goal tree, as far as it was unfolded and looked at: pages of names come when they are scrolled to, and figures,
 * which cost the server more, are asked for what is in sight, and again when they may have changed.
 */
export class ForestModel extends Model<Forest> {
  readonly #named = new Map<string, NamedFragment>();
  readonly #figures = new Map<string, RowFragment>();
  /** In which generation the figures of each were read. */
  readonly #read = new Map<string, number>();
  #generation = 0;
  readonly #children = new Map<string | null, Children>();
  readonly #open = new Set<string>();
  /** Lists to read from their beginning. */
  readonly #stale = new Set<string | null>([null]);
  #sight: readonly TreeLine[] = [];
  /** Apart, so that nobody who unfolds something waits for figures, which take long where much stands below. */
  readonly #shaping = this.reading(() => this.#readShape());
  readonly #figuring = this.reading(() => this.#readSight());

  constructor(
    private readonly api: Api,
    log: RoomLog,
    private readonly room: string,
  ) {
    super(log, { lines: [], known: false, refusal: null });
  }

  /** These lines can be seen. */
  look(lines: readonly TreeLine[]): void {
    this.#sight = lines;
    if (this.#wanted() !== undefined) this.#shaping.touch();
    if (lines.some((line) => line.node && this.#lacks(line))) this.#figuring.touch();
  }

  unfold(id: string): void {
    this.#open.add(id);
    if (!this.#children.has(id)) {
      this.#stale.add(id);
      this.#shaping.touch();
    }
    this.draw({});
  }

  fold(id: string): void {
    this.#open.delete(id);
    this.draw({});
  }

  /** Whether one is the other, or stands below it, as far as is known. */
  isWithin(id: string, above: string): boolean {
    const parents = new Map<string, string>();
    for (const [parent, { ids }] of this.#children) if (parent) for (const child of ids) parents.set(child, parent);
    for (let at: string | undefined = id; at; at = parents.get(at)) if (at === above) return true;
    return false;
  }

  hear(news: News | null): void {
    if (news === null) {
      for (const parent of this.#children.keys()) this.#stale.add(parent);
    } else if (!this.#takes(news)) return;
    this.#generation += 1;
    if (this.#stale.size > 0) this.#shaping.touch();
    this.#figuring.touch();
  }

  /** Whether the event may have changed the tree; what it did to its shape is noted. */
  #takes(news: News): boolean {
    if (news === DOING) return false;
    if (news.kind.startsWith("TASK_") || news.kind === "KEY_RESULT_UPDATED") return news.objective !== null;
    if (!news.kind.startsWith("OBJECTIVE_")) return false;
    const { parent, previous, changes } = said(news);
    if (news.kind === "OBJECTIVE_CREATED" || news.kind === "OBJECTIVE_MOVED") {
      for (const list of [parent ?? null, ...(news.kind === "OBJECTIVE_MOVED" ? [previous ?? null] : [])])
        if (this.#children.has(list)) this.#stale.add(list);
    }
    if (news.kind === "OBJECTIVE_ARCHIVED" || changes?.archived !== undefined)
      for (const list of this.#children.keys()) this.#stale.add(list);
    return true;
  }

  async #readShape(): Promise<void> {
    for (const parent of [...this.#stale]) await this.#readAgain(parent);
    for (let parent = this.#wanted(); parent !== undefined; parent = this.#wanted()) await this.#readOn(parent);
  }

  /** A list whose next page is in sight. */
  #wanted(): string | null | undefined {
    const line = this.#sight.find(({ node, parent }) => node === null && this.#children.get(parent)?.more);
    return line && this.#lacks(line) ? line.parent : undefined;
  }

  #lacks({ id, node, parent }: TreeLine): boolean {
    if (node) return (this.#read.get(id) ?? -1) < this.#generation;
    const list = this.#children.get(parent);
    const place = Number(id.split("/")[1]);
    return list !== undefined && list.ids.length <= place && list.more;
  }

  async #readAgain(parent: string | null): Promise<void> {
    const before = this.#children.get(parent)?.ids.length ?? 0;
    const list: Children = { ids: [], total: 0, after: null, more: true };
    do await this.#readPage(parent, list);
    while (list.more && list.ids.length < before);
    this.#children.set(parent, list);
    this.#stale.delete(parent);
    this.draw({ known: true });
  }

  async #readOn(parent: string | null): Promise<void> {
    const list = this.#children.get(parent);
    if (list) await this.#readPage(parent, list);
    this.draw({});
  }

  async #readPage(parent: string | null, list: Children): Promise<void> {
    const { room } = await this.api.ask(TreePageDocument, {
      room: this.room,
      parent,
      first: PAGE,
      after: list.after,
    });
    if (!room) return;
    const { nodes, totalCount, pageInfo } = room.objectives;
    for (const node of nodes) this.#named.set(node.id, node);
    list.ids.push(...nodes.map(({ id }) => id));
    list.total = totalCount;
    list.after = pageInfo.endCursor;
    list.more = pageInfo.hasNextPage;
  }

  async #readSight(): Promise<void> {
    const ids = this.#sight.filter((line) => line.node && this.#lacks(line)).map(({ id }) => id);
    if (ids.length === 0) return;
    const generation = this.#generation;
    const { nodes } = await this.api.ask(TreeRowsDocument, { ids: ids.slice(0, AT_A_TIME) }, { partly: true });
    for (const node of nodes) {
      if (!isRow(node)) continue;
      this.#named.set(node.id, node);
      this.#figures.set(node.id, node);
      this.#read.set(node.id, generation);
    }
  }

  protected override draw(change: Partial<Forest>): void {
    super.draw({ ...change, lines: this.#unfolded() });
  }

  #unfolded(): TreeLine[] {
    const lines: TreeLine[] = [];
    const add = (parent: string | null, level: number) => {
      const list = this.#children.get(parent);
      if (!list) return;
      for (let place = 0; place < Math.max(list.total, list.ids.length); place += 1) {
        const id = list.ids[place];
        const open = id !== undefined && this.#open.has(id);
        lines.push({
          id: id ?? `${parent}/${place}`,
          node: (id !== undefined && this.#named.get(id)) || null,
          figures: (id !== undefined && this.#figures.get(id)) || null,
          level,
          place: place + 1,
          siblings: list.total,
          parent,
          open,
        });
        if (open && id !== undefined) add(id, level + 1);
      }
    };
    add(null, 1);
    return lines;
  }
}

/** Ids of other things answer with nothing. */
function isRow(node: RowFragment | object | null): node is RowFragment {
  return node !== null && "id" in node;
}

interface Said {
  readonly parent?: string | null;
  readonly previous?: string | null;
  readonly changes?: { readonly archived?: boolean };
}

function said(event: LogEvent): Said {
  return (event.data ?? {}) as Said;
}
