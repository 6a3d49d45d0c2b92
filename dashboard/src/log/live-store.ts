import { Refusal } from "../api/refusal";
import type { LogChange } from "./invalidation";
import type { LogObserver, RoomLog } from "./room-log";
import { Throttle } from "./throttle";

/**
 * State for `useSyncExternalStore` that follows the room's log while somebody is subscribed. Each change is a new object.
 */
export abstract class LiveStore<State extends { readonly refusal: Refusal | null }> implements LogObserver {
  #state: State;
  #unobserve: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #throttles: Throttle[] = [];

  constructor(
    private readonly log: RoomLog,
    state: State,
  ) {
    this.#state = state;
  }

  /** Null means that anything may have changed: at first, and after the connection was lost. */
  abstract onLogChange(change: LogChange | null): void;

  get pendingSince(): number | null {
    return this.#throttles.find(({ pendingSince }) => pendingSince !== null)?.pendingSince ?? null;
  }

  readonly getSnapshot = (): State => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#unobserve = this.log.observe(this);
      this.onLogChange(null);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#unobserve?.();
      for (const throttle of this.#throttles) throttle.stop();
    };
  };

  /** Fetches when it is triggered. A refusal is published, and the fetch is retried if the refusal is transient. */
  protected throttledFetch(fetch: () => Promise<void>, interval?: number): Throttle {
    const throttle = new Throttle(async () => {
      try {
        await this.log.ready;
        await fetch();
        this.publish({ refusal: null } as Partial<State>);
        return true;
      } catch (error) {
        const refusal = Refusal.fromUnknown(error);
        this.publish({ refusal } as Partial<State>);
        return !refusal.isTransient;
      }
    }, interval);
    this.#throttles.push(throttle);
    return throttle;
  }

  /** Change the state without telling the listeners yet. */
  protected update(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
  }

  protected publish(change: Partial<State>): void {
    this.update(change);
    for (const listener of this.#listeners) listener();
  }
}
