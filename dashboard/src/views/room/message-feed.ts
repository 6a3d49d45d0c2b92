import type { Api } from "../../api/api";
import {
  type MessageFragment,
  MessagesAfterDocument,
  MessagesAgainDocument,
  MessagesBeforeDocument,
} from "../../api/documents";
import type { Refusal } from "../../api/refusal";
import { ACTIVITY_CHANGED, type LogChange } from "../../log/invalidation";
import { LiveStore } from "../../log/live-store";
import type { RoomLog } from "../../log/room-log";
import { type Conversation, isInConversation } from "./conversation";

export interface FeedMessage {
  readonly cursor: string;
  readonly message: MessageFragment;
}

export interface FeedState {
  /** Oldest first. */
  readonly messages: readonly FeedMessage[];
  readonly hasOlder: boolean;
  /** The newest messages are here. */
  readonly loaded: boolean;
  readonly refusal: Refusal | null;
}

const PAGE = 50;
// The server lists direct messages among all others of the room, so they are looked for in longer pages.
const DIRECT_PAGE = 200;
const ENOUGH = 20;
const MAX_PAGES = 5;
const REFRESHED = 40;
const MAX_KEPT = 500;

/** The messages of one conversation: the newest first, then those that come, and older ones when they are asked for. */
export class MessageFeed extends LiveStore<FeedState> {
  /** The messages from the one cursor to the other were read. */
  #oldest: string | null = null;
  #newest: string | null = null;
  #olderRequested = false;
  /** The reader sees the newest messages, so that old ones may be dropped. */
  #atEnd = true;
  readonly #throttle = this.throttledFetch(() => this.#fetch());

  constructor(
    private readonly api: Api,
    log: RoomLog,
    private readonly room: string,
    private readonly conversation: Conversation,
    private readonly me: string,
  ) {
    super(log, { messages: [], hasOlder: true, loaded: false, refusal: null });
  }

  onLogChange(change: LogChange | null): void {
    if (change === null) this.#throttle.trigger();
    if (change === null || change === ACTIVITY_CHANGED || change.kind !== "MESSAGE_SENT" || !change.message) return;
    const channel = change.message.channel?.name;
    const own = "channel" in this.conversation ? this.conversation.channel : undefined;
    if (channel === own) this.#throttle.trigger();
  }

  fetchOlder(): void {
    const { hasOlder, loaded } = this.getSnapshot();
    if (!hasOlder || this.#olderRequested || !loaded) return;
    this.#olderRequested = true;
    this.#throttle.trigger();
  }

  setAtEnd(atEnd: boolean): void {
    this.#atEnd = atEnd;
  }

  async #fetch(): Promise<void> {
    if (this.#newest === null) {
      await this.#fetchBefore();
    } else {
      await this.#fetchAfter();
      await this.#fetchAgain();
    }
    if (this.#olderRequested) await this.#fetchBefore();
    this.#olderRequested = false;
    this.update({ loaded: true });
  }

  async #fetchBefore(): Promise<void> {
    let found = 0;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const data = await this.api.query(MessagesBeforeDocument, {
        ...this.#variables(),
        last: "channel" in this.conversation ? PAGE : DIRECT_PAGE,
        before: this.#oldest,
      });
      const { edges, pageInfo } = data.room?.messages ?? { edges: [], pageInfo: { hasPreviousPage: false } };
      this.#oldest = edges[0]?.cursor ?? this.#oldest;
      this.#newest ??= edges.at(-1)?.cursor ?? null;
      const older = this.#ofConversation(edges);
      found += older.length;
      // After each page: if the next one is refused, this one is not fetched again.
      this.update({ messages: [...older, ...this.getSnapshot().messages], hasOlder: pageInfo.hasPreviousPage });
      if (!pageInfo.hasPreviousPage || found >= ENOUGH) break;
    }
  }

  async #fetchAfter(): Promise<void> {
    for (let more = true; more; ) {
      const data = await this.api.query(MessagesAfterDocument, {
        ...this.#variables(),
        first: PAGE,
        after: this.#newest,
      });
      const { edges, pageInfo } = data.room?.messages ?? { edges: [], pageInfo: { hasNextPage: false } };
      this.#newest = edges.at(-1)?.cursor ?? this.#newest;
      this.update({ messages: [...this.getSnapshot().messages, ...this.#ofConversation(edges)] });
      more = pageInfo.hasNextPage;
    }
    this.#dropOld();
  }

  /** The newest messages again: they may have new replies, or be superseded. */
  async #fetchAgain(): Promise<void> {
    const { messages } = this.getSnapshot();
    const ids = messages.slice(-REFRESHED).map(({ message }) => message.id);
    if (ids.length === 0) return;
    const data = await this.api.query(MessagesAgainDocument, { ids }, { allowPartial: true });
    const fresh = new Map<string, MessageFragment>();
    for (const node of data.nodes) if (node?.__typename === "Message") fresh.set(node.id, node);
    this.update({
      messages: messages.map((before) => {
        const message = fresh.get(before.message.id);
        return message && JSON.stringify(message) !== JSON.stringify(before.message) ? { ...before, message } : before;
      }),
    });
  }

  #ofConversation(edges: readonly { cursor: string; node: MessageFragment }[]): FeedMessage[] {
    return edges
      .filter(({ node }) => isInConversation(this.conversation, node, this.me))
      .map(({ cursor, node }) => ({ cursor, message: node }));
  }

  #dropOld(): void {
    const { messages } = this.getSnapshot();
    if (!this.#atEnd || messages.length <= MAX_KEPT) return;
    const kept = messages.slice(-MAX_KEPT / 2);
    this.#oldest = kept[0]?.cursor ?? null;
    this.update({ messages: kept, hasOlder: true });
  }

  #variables(): { room: string; channel: string | null } {
    return { room: this.room, channel: "channel" in this.conversation ? this.conversation.channel : null };
  }
}
