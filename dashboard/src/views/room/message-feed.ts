import type { Api } from "../../api/api";
import {
  MessagesAfterDocument,
  MessagesAgainDocument,
  MessagesBeforeDocument,
  type SaidFragment,
} from "../../api/documents";
import type { Refusal } from "../../api/refusal";
import { DOING, type News } from "../../log/invalidation";
import { Model } from "../../log/live-store";
import type { RoomLog } from "../../log/room-log";
import { isIn, type Place } from "./conversation";

export interface Line {
  readonly cursor: string;
  readonly message: SaidFragment;
}

export interface Page {
  /** Oldest first. */
  readonly lines: readonly Line[];
  /** There may be older ones. */
  readonly more: boolean;
  readonly known: boolean;
  readonly refusal: Refusal | null;
}

const PAGE = 50;
// Direct messages stand among all others of the room, so they are looked for in longer pages.
const LONG_PAGE = 200;
const ENOUGH = 20;
const PAGES_AT_ONCE = 5;
const READ_AGAIN = 40;
const MOST_KEPT = 500;

/** What was said at one place: its end first, what is new behind it, and what is older when that is asked for. */
export class Feed extends Model<Page> {
  /** What was read reaches from the one to the other. */
  #oldest: string | null = null;
  #newest: string | null = null;
  #older = false;
  /** The reader sees the end, so what is far before it may go. */
  #atEnd = true;
  readonly #pace = this.reading(() => this.#read());

  constructor(
    private readonly api: Api,
    log: RoomLog,
    private readonly room: string,
    private readonly place: Place,
    private readonly me: string,
  ) {
    super(log, { lines: [], more: true, known: false, refusal: null });
  }

  hear(news: News | null): void {
    if (news === null) this.#pace.touch();
    if (news === null || news === DOING || news.kind !== "MESSAGE_SENT" || !news.message) return;
    const channel = news.message.channel?.name;
    if ("channel" in this.place ? channel === this.place.channel : channel === undefined) this.#pace.touch();
  }

  readOlder(): void {
    const { more, known } = this.state();
    if (!more || this.#older || !known) return;
    this.#older = true;
    this.#pace.touch();
  }

  seesEnd(atEnd: boolean): void {
    this.#atEnd = atEnd;
  }

  async #read(): Promise<void> {
    if (this.#newest === null) {
      await this.#readBefore();
    } else {
      await this.#readAfter();
      await this.#readAgain();
    }
    if (this.#older) await this.#readBefore();
    this.#older = false;
    this.keep({ known: true });
  }

  async #readBefore(): Promise<void> {
    let found = 0;
    for (let pages = 0; pages < PAGES_AT_ONCE; pages += 1) {
      const data = await this.api.ask(MessagesBeforeDocument, {
        ...this.#where(),
        last: this.#size(),
        before: this.#oldest,
      });
      const { edges, pageInfo } = data.room?.messages ?? { edges: [], pageInfo: { hasPreviousPage: false } };
      this.#oldest = edges[0]?.cursor ?? this.#oldest;
      this.#newest ??= edges.at(-1)?.cursor ?? null;
      const ours = this.#ours(edges);
      found += ours.length;
      // At once: where the next page is refused, this one is not read again.
      this.keep({ lines: [...ours, ...this.state().lines], more: pageInfo.hasPreviousPage });
      if (!pageInfo.hasPreviousPage || found >= ENOUGH) break;
    }
  }

  async #readAfter(): Promise<void> {
    for (let more = true; more; ) {
      const data = await this.api.ask(MessagesAfterDocument, {
        ...this.#where(),
        first: PAGE,
        after: this.#newest,
      });
      const { edges, pageInfo } = data.room?.messages ?? { edges: [], pageInfo: { hasNextPage: false } };
      this.#newest = edges.at(-1)?.cursor ?? this.#newest;
      this.keep({ lines: [...this.state().lines, ...this.#ours(edges)] });
      more = pageInfo.hasNextPage;
    }
    this.#trim();
  }

  /** What was answered or replaced since it was read. */
  async #readAgain(): Promise<void> {
    const { lines } = this.state();
    const ids = lines.slice(-READ_AGAIN).map(({ message }) => message.id);
    if (ids.length === 0) return;
    const data = await this.api.ask(MessagesAgainDocument, { ids }, { partly: true });
    const read = new Map<string, SaidFragment>();
    for (const node of data.nodes) if (node?.__typename === "Message") read.set(node.id, node);
    this.keep({
      lines: lines.map((line) => {
        const now = read.get(line.message.id);
        return now && JSON.stringify(now) !== JSON.stringify(line.message) ? { ...line, message: now } : line;
      }),
    });
  }

  #ours(lines: readonly { cursor: string; node: SaidFragment }[]): Line[] {
    return lines
      .filter(({ node }) => isIn(this.place, node, this.me))
      .map(({ cursor, node }) => ({ cursor, message: node }));
  }

  #trim(): void {
    const { lines } = this.state();
    if (!this.#atEnd || lines.length <= MOST_KEPT) return;
    const kept = lines.slice(-MOST_KEPT / 2);
    this.#oldest = kept[0]?.cursor ?? null;
    this.keep({ lines: kept, more: true });
  }

  #where(): { room: string; channel: string | null } {
    return { room: this.room, channel: "channel" in this.place ? this.place.channel : null };
  }

  #size(): number {
    return "channel" in this.place ? PAGE : LONG_PAGE;
  }
}
