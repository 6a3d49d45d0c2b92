import type { Api } from "../../api/api";
import { LogBeforeDocument } from "../../api/documents";
import type { Refusal } from "../../api/refusal";
import { DOING, type LogEvent, type News } from "../../log/invalidation";
import { Model } from "../../log/live-store";
import type { RoomLog } from "../../log/room-log";

export interface Past {
  /** Newest first. */
  readonly events: readonly LogEvent[];
  /** Up to when the log was looked through; null while it was not. */
  readonly since: string | null;
  /** There is more of the log before that. */
  readonly more: boolean;
  readonly looking: boolean;
  readonly refusal: Refusal | null;
}

const PAGE = 200;
const PAGES_AT_ONCE = 5;
const ENOUGH = 30;
const MOST_KEPT = 1_000;

/**
 * What one agent did, and what happened to it, picked from the room's log: that has no list for each agent, so it is
 * walked back as far as somebody wants to look.
 */
export class History extends Model<Past> {
  #before: string | null = null;
  #wanted = true;
  #heard: LogEvent[] = [];
  readonly #pace = this.reading(() => this.#read());

  constructor(
    private readonly api: Api,
    log: RoomLog,
    private readonly room: string,
    private readonly agent: string,
  ) {
    super(log, { events: [], since: null, more: true, looking: true, refusal: null });
  }

  hear(news: News | null): void {
    // After a connection was lost, the log reads on where it stood: nothing is missed.
    if (news !== null) {
      if (news === DOING || !this.#isOurs(news)) return;
      this.#heard.unshift(news);
    }
    this.#pace.touch();
  }

  lookFurther(): void {
    this.#wanted = true;
    this.draw({ looking: true });
    this.#pace.touch();
  }

  async #read(): Promise<void> {
    if (this.#wanted && this.state().more) await this.#lookBack();
    this.#wanted = false;
    this.#take();
    this.keep({ looking: false });
  }

  async #lookBack(): Promise<void> {
    let found = 0;
    for (let pages = 0; pages < PAGES_AT_ONCE && found < ENOUGH && this.state().more; pages += 1) {
      const { events } = await this.api.ask(LogBeforeDocument, { room: this.room, last: PAGE, before: this.#before });
      const ours = events.nodes.filter((event) => this.#isOurs(event)).reverse();
      found += ours.length;
      this.#before = events.nodes[0]?.cursor ?? this.#before;
      const past = this.state();
      this.keep({
        events: [...past.events, ...ours],
        since: events.nodes[0]?.at ?? past.since,
        more: events.pageInfo.hasPreviousPage,
      });
    }
  }

  #take(): void {
    const past = this.state().events;
    const known = new Set(past.slice(0, PAGE).map(({ cursor }) => cursor));
    const events = [...this.#heard.filter(({ cursor }) => !known.has(cursor)), ...past];
    this.#heard = [];
    if (events.length <= MOST_KEPT) {
      this.keep({ events });
      return;
    }
    const kept = events.slice(0, MOST_KEPT / 2);
    const last = kept.at(-1);
    this.#before = last?.cursor ?? null;
    this.keep({ events: kept, since: last?.at ?? null, more: true });
  }

  #isOurs({ actor, agent }: LogEvent): boolean {
    return actor?.name === this.agent || agent?.name === this.agent;
  }
}
