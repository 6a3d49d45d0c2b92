import { useSyncExternalStore } from "react";
import { fullTime, span } from "./format";

/** One clock for all that ticks. */
class Clock {
  #now = Date.now();
  #timer: number | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly every: number) {}

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= window.setInterval(() => {
      this.#now = Date.now();
      for (const one of this.#listeners) one();
    }, this.every);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      window.clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };

  readonly read = (): number => {
    // Asked twice while nothing ticks, it must say the same.
    if (this.#timer === undefined && Date.now() - this.#now >= this.every) this.#now = Date.now();
    return this.#now;
  };
}

const clocks = new Map<number, Clock>();

/** The time, again at each tick. */
export function useNow(every: number): number {
  let clock = clocks.get(every);
  if (!clock) {
    clock = new Clock(every);
    clocks.set(every, clock);
  }
  return useSyncExternalStore(clock.listen, clock.read);
}

/** How long ago, and when exactly. */
export function Ago({ at }: { at: string }) {
  const now = useNow(5_000);
  return (
    <time dateTime={at} title={fullTime(at)}>
      {span(now - Date.parse(at))}
    </time>
  );
}
