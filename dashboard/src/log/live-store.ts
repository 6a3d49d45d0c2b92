import { Refusal } from "../api/refusal";
import type { News } from "./invalidation";
import type { RoomLog, Watcher } from "./room-log";
import { Pace } from "./throttle";

/** What part of a view is drawn from. The log keeps it true while somebody listens; another object at each change. */
export abstract class Model<State extends { readonly refusal: Refusal | null }> implements Watcher {
  #state: State;
  #stop: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #paces: Pace[] = [];

  constructor(
    private readonly log: RoomLog,
    state: State,
  ) {
    this.#state = state;
  }

  /** News of the log, or null where anything may have changed: at first, and after a connection was lost. */
  abstract hear(news: News | null): void;

  get waitingSince(): number | null {
    return this.#paces.find((pace) => pace.waitingSince !== null)?.waitingSince ?? null;
  }

  readonly state = (): State => this.#state;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#stop = this.log.watch(this);
      this.hear(null);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      for (const pace of this.#paces) pace.stop();
    };
  };

  /** Reads when it is touched. What is refused is drawn, and tried again where that may pass. */
  protected reading(read: () => Promise<void>): Pace {
    const pace = new Pace(async () => {
      try {
        await this.log.begun;
        await read();
        this.draw({ refusal: null } as Partial<State>);
        return true;
      } catch (error) {
        const refusal = Refusal.because(error);
        this.draw({ refusal } as Partial<State>);
        return !refusal.passes;
      }
    });
    this.#paces.push(pace);
    return pace;
  }

  /** Change it, and tell nobody yet. */
  protected keep(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
  }

  protected draw(change: Partial<State>): void {
    this.keep(change);
    for (const listener of this.#listeners) listener();
  }
}
