import type { Api } from "../api/api";
import { ActivityChangesDocument, LatestEventsDocument, LogEventsDocument } from "../api/documents";
import { Refusal } from "../api/refusal";
import { ACTIVITY_CHANGED, type LogChange, type LogEvent } from "./invalidation";
import { KeptResults } from "./kept-results";

/** The state of the connection to the room's log, and its newest events. */
export interface LogStatus {
  readonly phase: "connecting" | "live" | "catching-up" | "disconnected" | "refused";
  /** The cursor of the last event that was read. */
  readonly cursor: string | null;
  /** While the connection is lost: up to when all that is shown was true. */
  readonly asOf: number | null;
  /** How many events were missed and then read, the last time that the connection was lost. */
  readonly missed: { readonly count: number; readonly at: number } | null;
  /** Newest last. */
  readonly recent: readonly LogEvent[];
  /** Some view has waited long for new data. */
  readonly behind: boolean;
  readonly refusal: Refusal | null;
}

export interface LogObserver {
  /** Null: the connection was lost and is back, so anything may have changed. */
  onLogChange(change: LogChange | null): void;
  /** Since when its data is known to be outdated, or null. */
  readonly pendingSince: number | null;
}

const MAX_RECENT = 200;
const SHOWN_AT_FIRST = 50;
const PUBLISH_EVERY_MS = 100;
const BEHIND_AFTER_MS = 3_000;
const BACKOFF_MS = [250, 500, 1_000, 2_000, 4_000];

/** Ask for what the log of this room will be followed from. */
export function askAheadForLog(api: Api, room: string): void {
  api.askAhead(LatestEventsDocument, { room, last: SHOWN_AT_FIRST });
}

/**
 * Follows the log of one room from the first cursor that it reads, over as many connections as that takes, and passes
 * each change on to its observers.
 */
export class RoomLog {
  /** Resolves when the first cursor is known. Data that is queried after that is never older than the cursor. */
  readonly ready: Promise<void>;
  #status: LogStatus = {
    phase: "connecting",
    cursor: null,
    asOf: null,
    missed: null,
    recent: [],
    behind: false,
    refusal: null,
  };
  /** What `#status` will be when it is next published. */
  #next: LogStatus = this.#status;
  #publishTimer: number | undefined;
  /** Of queries about this room. */
  readonly results = new KeptResults();
  readonly #listeners = new Set<() => void>();
  readonly #observers = new Set<LogObserver>();
  readonly #api: Api;
  readonly #room: string;
  #stopped = false;
  #wasLive = false;
  #failures = 0;
  #endBackoff: () => void = () => {};
  #resolveReady: () => void = () => {};
  readonly #behindTimer: number;

  constructor(api: Api, room: string) {
    this.#api = api;
    this.#room = room;
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve;
    });
    this.observe(this.results);
    void this.#followForever();
    void this.#followActivities();
    window.addEventListener("online", this.#reconnectNow);
    document.addEventListener("visibilitychange", this.#reconnectNow);
    this.#behindTimer = window.setInterval(this.#updateBehind, 500);
  }

  stop(): void {
    this.#stopped = true;
    this.#endBackoff();
    window.clearInterval(this.#behindTimer);
    window.clearTimeout(this.#publishTimer);
    window.removeEventListener("online", this.#reconnectNow);
    document.removeEventListener("visibilitychange", this.#reconnectNow);
  }

  /** Call the listener when the status changes. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly status = (): LogStatus => this.#status;

  observe(observer: LogObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  async #followForever(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#follow();
      } catch (error) {
        if (error instanceof Refusal && !this.#canRetry(error)) return;
      }
      if (this.#stopped) return;
      this.#setDisconnected();
      await this.#backOff();
    }
  }

  /** Reads on from the last cursor. What lies between it and the end of the log at this moment was missed. */
  async #follow(): Promise<void> {
    const { events } = await this.#api.query(LatestEventsDocument, {
      room: this.#room,
      last: this.#next.cursor ? 1 : SHOWN_AT_FIRST,
    });
    const end = events.nodes.at(-1)?.cursor ?? null;
    let missed = 0;
    let catchingUp = false;
    if (this.#next.cursor === null) {
      this.#set({ phase: "live", cursor: end, recent: events.nodes });
      if (this.#wasLive) this.#notify(null);
      this.#wasLive = true;
      this.#resolveReady();
    } else {
      catchingUp = end !== this.#next.cursor;
      this.#set({
        phase: catchingUp ? "catching-up" : "live",
        missed: catchingUp ? null : { count: 0, at: Date.now() },
      });
      this.#notify(null);
    }
    for await (const { events: event } of this.#api.subscribe(LogEventsDocument, {
      room: this.#room,
      after: this.#next.cursor,
    })) {
      if (this.#stopped) return;
      this.#failures = 0;
      missed += 1;
      const read = { cursor: event.cursor, recent: [...this.#next.recent.slice(1 - MAX_RECENT), event] };
      if (catchingUp && event.cursor === end) {
        catchingUp = false;
        this.#set({ ...read, phase: "live", missed: { count: missed, at: Date.now() } });
      } else {
        this.#set(read);
      }
      this.#notify(event);
    }
  }

  /** Activities are no events of the log. If this subscription breaks, the status of the log shows it. */
  async #followActivities(): Promise<void> {
    await this.ready;
    while (!this.#stopped) {
      try {
        for await (const _ of this.#api.subscribe(ActivityChangesDocument, { room: this.#room })) {
          if (this.#stopped) return;
          this.#notify(ACTIVITY_CHANGED);
        }
      } catch (error) {
        if (error instanceof Refusal && !error.isTransient) return;
      }
      await new Promise((resolve) => window.setTimeout(resolve, 1_000));
    }
  }

  #canRetry(refusal: Refusal): boolean {
    if (refusal.isTransient) return true;
    if (refusal.code === "CURSOR_EXPIRED" || refusal.code === "BAD_INPUT") {
      // The cursor is before what the log holds, or of another log: of a database that is not the one of before. Start
      // from its end.
      this.#next = { ...this.#next, cursor: null };
      return true;
    }
    this.#set({ phase: "refused", refusal });
    return false;
  }

  #setDisconnected(): void {
    if (this.#next.phase === "disconnected") return;
    this.#set({ phase: "disconnected", asOf: this.#next.asOf ?? (this.#api.lastMessageAt || null), missed: null });
  }

  async #backOff(): Promise<void> {
    const longest = BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)] ?? 4_000;
    this.#failures += 1;
    await new Promise<void>((resolve) => {
      this.#endBackoff = resolve;
      window.setTimeout(resolve, longest * (0.75 + Math.random() / 2));
    });
  }

  readonly #reconnectNow = (): void => {
    if (document.visibilityState !== "visible") return;
    this.#failures = 0;
    this.#api.checkConnection();
    this.#endBackoff();
  };

  #notify(change: LogChange | null): void {
    for (const observer of this.#observers) observer.onLogChange(change);
  }

  readonly #updateBehind = (): void => {
    const now = Date.now();
    const behind = [...this.#observers].some(
      ({ pendingSince }) => pendingSince !== null && now - pendingSince > BEHIND_AFTER_MS,
    );
    if (behind !== this.#next.behind) this.#set({ behind });
  };

  /** A new phase is published at once, everything else at most ten times a second. */
  #set(change: Partial<LogStatus>): void {
    const phaseChanged = change.phase !== undefined && change.phase !== this.#next.phase;
    this.#next = { ...this.#next, ...change };
    if (this.#next.phase === "live") this.#next = { ...this.#next, asOf: null };
    if (phaseChanged) this.#publish();
    else this.#publishTimer ??= window.setTimeout(this.#publish, PUBLISH_EVERY_MS);
  }

  readonly #publish = (): void => {
    window.clearTimeout(this.#publishTimer);
    this.#publishTimer = undefined;
    this.#status = this.#next;
    for (const listener of this.#listeners) listener();
  };
}
