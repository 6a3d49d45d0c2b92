import type { Api } from "../api/api";
import { DoingsDocument, LogDocument, LogEndDocument } from "../api/documents";
import { Refusal } from "../api/refusal";
import { DOING, type LogEvent, type News } from "./invalidation";

/** How the page stands to the room's log. */
export interface Standing {
  readonly phase: "opening" | "live" | "catching-up" | "lost" | "refused";
  /** The last line that was read. */
  readonly cursor: string | null;
  /** While the connection is lost: up to when all that is shown was true. */
  readonly asOf: number | null;
  /** Lines that were missed and then read, the last time that the connection was lost. */
  readonly missed: { readonly count: number; readonly at: number } | null;
  /** Newest last. */
  readonly recent: readonly LogEvent[];
  /** Some view has waited long for its new numbers. */
  readonly behind: boolean;
  readonly refusal: Refusal | null;
}

/** One that wants to know. */
export interface Watcher {
  /** Null: the connection was lost and is back, so everything may be another. */
  hear(news: News | null): void;
  /** Since when it waits for new numbers, if it does. */
  readonly waitingSince: number | null;
}

const KEPT = 200;
const PUBLISH_EVERY_MS = 100;
const BEHIND_AFTER_MS = 3_000;
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000];

/**
 * Follows one room's log from the cursor of its first question to the end of the page, over as many connections as
 * that takes, and tells the views what concerns them.
 */
export class RoomLog {
  /** Settles when the first cursor is known: what is asked after that is never older than what is followed. */
  readonly begun: Promise<void>;
  #standing: Standing = {
    phase: "opening",
    cursor: null,
    asOf: null,
    missed: null,
    recent: [],
    behind: false,
    refusal: null,
  };
  #next: Standing = this.#standing;
  #publishing: number | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #watchers = new Set<Watcher>();
  readonly #api: Api;
  readonly #room: string;
  #stopped = false;
  #failures = 0;
  #wake: () => void = () => {};
  #begin: () => void = () => {};
  readonly #clock: number;

  constructor(api: Api, room: string) {
    this.#api = api;
    this.#room = room;
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    void this.#followForever();
    void this.#followDoings();
    window.addEventListener("online", this.#lookNow);
    document.addEventListener("visibilitychange", this.#lookNow);
    this.#clock = window.setInterval(this.#seeWhoWaits, 500);
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
    window.clearInterval(this.#clock);
    window.clearTimeout(this.#publishing);
    window.removeEventListener("online", this.#lookNow);
    document.removeEventListener("visibilitychange", this.#lookNow);
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly standing = (): Standing => this.#standing;

  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async #followForever(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#follow();
      } catch (error) {
        if (error instanceof Refusal && !this.#survives(error)) return;
      }
      if (this.#stopped) return;
      this.#lose();
      await this.#pause();
    }
  }

  /** Reads on from the last cursor. What the log's end was when the connection came is what was missed. */
  async #follow(): Promise<void> {
    const { events } = await this.#api.ask(LogEndDocument, { room: this.#room, last: this.#next.cursor ? 1 : 50 });
    const end = events.nodes.at(-1)?.cursor ?? null;
    let missed = 0;
    let catchingUp = false;
    if (this.#next.cursor === null) {
      this.#set({ phase: "live", cursor: end, recent: events.nodes });
      this.#begin();
    } else {
      catchingUp = end !== this.#next.cursor;
      this.#set({
        phase: catchingUp ? "catching-up" : "live",
        missed: catchingUp ? null : { count: 0, at: Date.now() },
      });
      this.#hear(null);
    }
    for await (const { events: event } of this.#api.follow(LogDocument, {
      room: this.#room,
      after: this.#next.cursor,
    })) {
      if (this.#stopped) return;
      this.#failures = 0;
      missed += 1;
      const standing = { cursor: event.cursor, recent: [...this.#next.recent.slice(1 - KEPT), event] };
      if (catchingUp && event.cursor === end) {
        catchingUp = false;
        this.#set({ ...standing, phase: "live", missed: { count: missed, at: Date.now() } });
      } else {
        this.#set(standing);
      }
      this.#hear(event);
    }
  }

  /** What agents do is pushed beside the log; while it can't be heard, the log's own connection says so. */
  async #followDoings(): Promise<void> {
    await this.begun;
    while (!this.#stopped) {
      try {
        for await (const _ of this.#api.follow(DoingsDocument, { room: this.#room })) {
          if (this.#stopped) return;
          this.#hear(DOING);
        }
      } catch (error) {
        if (error instanceof Refusal && !error.passes) return;
      }
      await new Promise((resolve) => window.setTimeout(resolve, 1_000));
    }
  }

  #survives(refusal: Refusal): boolean {
    if (refusal.passes) return true;
    if (refusal.code === "BAD_INPUT") {
      // This log has no such line: another database stands behind the address now. Begin again.
      this.#next = { ...this.#next, cursor: null };
      return true;
    }
    this.#set({ phase: "refused", refusal });
    return false;
  }

  #lose(): void {
    if (this.#next.phase === "lost") return;
    this.#set({ phase: "lost", asOf: this.#next.asOf ?? (this.#api.heardAt || null), missed: null });
  }

  async #pause(): Promise<void> {
    const longest = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)] ?? 4_000;
    this.#failures += 1;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      window.setTimeout(resolve, longest * (0.75 + Math.random() / 2));
    });
  }

  readonly #lookNow = (): void => {
    if (document.visibilityState !== "visible") return;
    this.#failures = 0;
    this.#api.doubt();
    this.#wake();
  };

  #hear(news: News | null): void {
    for (const watcher of this.#watchers) watcher.hear(news);
  }

  readonly #seeWhoWaits = (): void => {
    const now = Date.now();
    const behind = [...this.#watchers].some(
      ({ waitingSince }) => waitingSince !== null && now - waitingSince > BEHIND_AFTER_MS,
    );
    if (behind !== this.#next.behind) this.#set({ behind });
  };

  /** Listeners are told a few times a second, however much happens. */
  #set(change: Partial<Standing>): void {
    const moved = change.phase !== undefined && change.phase !== this.#next.phase;
    this.#next = { ...this.#next, ...change };
    if (this.#next.phase === "live") this.#next = { ...this.#next, asOf: null };
    if (moved) this.#publish();
    else this.#publishing ??= window.setTimeout(this.#publish, PUBLISH_EVERY_MS);
  }

  readonly #publish = (): void => {
    window.clearTimeout(this.#publishing);
    this.#publishing = undefined;
    this.#standing = this.#next;
    for (const listener of this.#listeners) listener();
  };
}
