import type { Api } from "../../api/api";
import { LogBeforeDocument } from "../../api/documents";
import { Refusal } from "../../api/refusal";
import { DOING, type LogEvent, type News } from "../../log/concerns";
import { Pace } from "../../log/pace";
import type { RoomLog, Watcher } from "../../log/room-log";

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
export class History implements Watcher {
  #past: Past = { events: [], since: null, more: true, looking: true, refusal: null };
  #before: string | null = null;
  #wanted = true;
  #heard: LogEvent[] = [];
  readonly #pace = new Pace(() => this.#work());
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly api: Api,
    private readonly log: RoomLog,
    private readonly room: string,
    private readonly agent: string,
  ) {}

  get waitingSince(): number | null {
    return this.#pace.waitingSince;
  }

  readonly past = (): Past => this.#past;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    const stop = this.log.watch(this);
    this.#pace.touch();
    return () => {
      this.#listeners.delete(listener);
      stop();
      this.#pace.stop();
    };
  };

  hear(news: News | null): void {
    // After a connection was lost, the log reads on where it stood: nothing is missed.
    if (news === null || news === DOING || !this.#isOurs(news)) return;
    this.#heard.unshift(news);
    this.#pace.touch();
  }

  lookFurther(): void {
    this.#wanted = true;
    this.#draw({ looking: true });
    this.#pace.touch();
  }

  async #work(): Promise<boolean> {
    try {
      await this.log.begun;
      if (this.#wanted && this.#past.more) await this.#lookBack();
      this.#wanted = false;
      this.#take();
      this.#draw({ looking: false, refusal: null });
      return true;
    } catch (error) {
      const refusal = Refusal.because(error);
      this.#draw({ refusal });
      return !refusal.isOfTheNetwork;
    }
  }

  async #lookBack(): Promise<void> {
    let found = 0;
    for (let pages = 0; pages < PAGES_AT_ONCE && found < ENOUGH && this.#past.more; pages += 1) {
      const { events } = await this.api.ask(LogBeforeDocument, { room: this.room, last: PAGE, before: this.#before });
      const ours = events.nodes.filter((event) => this.#isOurs(event)).reverse();
      found += ours.length;
      this.#before = events.nodes[0]?.cursor ?? this.#before;
      this.#past = {
        ...this.#past,
        events: [...this.#past.events, ...ours],
        since: events.nodes[0]?.at ?? this.#past.since,
        more: events.pageInfo.hasPreviousPage,
      };
    }
  }

  #take(): void {
    const known = new Set(this.#past.events.slice(0, PAGE).map(({ cursor }) => cursor));
    const news = this.#heard.filter(({ cursor }) => !known.has(cursor));
    this.#heard = [];
    const events = [...news, ...this.#past.events];
    if (events.length <= MOST_KEPT) {
      this.#past = { ...this.#past, events };
      return;
    }
    const kept = events.slice(0, MOST_KEPT / 2);
    const last = kept.at(-1);
    this.#before = last?.cursor ?? null;
    this.#past = { ...this.#past, events: kept, since: last?.at ?? null, more: true };
  }

  #isOurs({ actor, agent }: LogEvent): boolean {
    return actor?.name === this.agent || agent?.name === this.agent;
  }

  #draw(change: Partial<Past>): void {
    this.#past = { ...this.#past, ...change };
    for (const listener of this.#listeners) listener();
  }
}
