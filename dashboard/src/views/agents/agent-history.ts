import type { Api } from "../../api/api";
import { EventsBeforeDocument } from "../../api/documents";
import type { Refusal } from "../../api/refusal";
import { ACTIVITY_CHANGED, type LogChange, type LogEvent } from "../../log/invalidation";
import { LiveStore } from "../../log/live-store";
import type { RoomLog } from "../../log/room-log";

export interface HistoryState {
  /** Newest first. */
  readonly events: readonly LogEvent[];
  /** The log was searched back to this time; null before the first search. */
  readonly since: string | null;
  /** The log goes back further than that. */
  readonly hasOlder: boolean;
  readonly searching: boolean;
  readonly refusal: Refusal | null;
}

const PAGE = 200;
const MAX_PAGES = 5;
const ENOUGH = 30;
const MAX_KEPT = 1_000;

/**
 * The events that one agent caused or that are about it. The API has no list of them, so they are picked from the room's
 * log, which is searched back as far as somebody asks for.
 */
export class AgentHistory extends LiveStore<HistoryState> {
  #before: string | null = null;
  #olderRequested = true;
  #newEvents: LogEvent[] = [];
  readonly #throttle = this.throttledFetch(() => this.#fetch());

  constructor(
    private readonly api: Api,
    log: RoomLog,
    private readonly room: string,
    private readonly agent: string,
  ) {
    super(log, { events: [], since: null, hasOlder: true, searching: true, refusal: null });
  }

  onLogChange(change: LogChange | null): void {
    // After the connection was lost, the log reads on from its cursor, so that no event is missed.
    if (change !== null) {
      if (change === ACTIVITY_CHANGED || !this.#isOfAgent(change)) return;
      this.#newEvents.unshift(change);
    }
    this.#throttle.trigger();
  }

  fetchOlder(): void {
    this.#olderRequested = true;
    this.publish({ searching: true });
    this.#throttle.trigger();
  }

  async #fetch(): Promise<void> {
    if (this.#olderRequested && this.getSnapshot().hasOlder) await this.#fetchBefore();
    this.#olderRequested = false;
    this.#addNewEvents();
    this.update({ searching: false });
  }

  async #fetchBefore(): Promise<void> {
    let found = 0;
    for (let pages = 0; pages < MAX_PAGES && found < ENOUGH && this.getSnapshot().hasOlder; pages += 1) {
      const { events } = await this.api.query(EventsBeforeDocument, {
        room: this.room,
        last: PAGE,
        before: this.#before,
      });
      const older = events.nodes.filter((event) => this.#isOfAgent(event)).reverse();
      found += older.length;
      this.#before = events.nodes[0]?.cursor ?? this.#before;
      const state = this.getSnapshot();
      this.update({
        events: [...state.events, ...older],
        since: events.nodes[0]?.at ?? state.since,
        hasOlder: events.pageInfo.hasPreviousPage,
      });
    }
  }

  #addNewEvents(): void {
    const before = this.getSnapshot().events;
    const known = new Set(before.slice(0, PAGE).map(({ cursor }) => cursor));
    const events = [...this.#newEvents.filter(({ cursor }) => !known.has(cursor)), ...before];
    this.#newEvents = [];
    if (events.length <= MAX_KEPT) {
      this.update({ events });
      return;
    }
    const kept = events.slice(0, MAX_KEPT / 2);
    const oldest = kept.at(-1);
    this.#before = oldest?.cursor ?? null;
    this.update({ events: kept, since: oldest?.at ?? null, hasOlder: true });
  }

  #isOfAgent({ actor, agent }: LogEvent): boolean {
    return actor?.name === this.agent || agent?.name === this.agent;
  }
}
