import { useSyncExternalStore } from "react";
import { formatDateTime, formatDuration } from "./format";

/** One timer for all components that show the time. */
class Clock {
  #now = Date.now();
  #timer: number | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly every: number) {}

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= window.setInterval(() => {
      this.#now = Date.now();
      for (const listener of this.#listeners) listener();
    }, this.every);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      window.clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };

  readonly read = (): number => {
    // React reads a snapshot twice and expects the same value, also while no timer runs.
    if (this.#timer === undefined && Date.now() - this.#now >= this.every) this.#now = Date.now();
    return this.#now;
  };
}

const clocks = new Map<number, Clock>();

/** The present time; it renders again every `every` milliseconds. */
export function useNow(every: number): number {
  let clock = clocks.get(every);
  if (!clock) {
    clock = new Clock(every);
    clocks.set(every, clock);
  }
  return useSyncExternalStore(clock.listen, clock.read);
}

/** How long ago it was, with the exact time as a tooltip. */
export function RelativeTime({ at }: { at: string }) {
  const now = useNow(5_000);
  return (
    <time dateTime={at} title={formatDateTime(at)}>
      {formatDuration(now - Date.parse(at))}
    </time>
  );
}

/** How long it is until then, with the exact time as a tooltip. */
export function TimeUntil({ at }: { at: string }) {
  const left = Date.parse(at) - useNow(5_000);
  return (
    <time dateTime={at} title={formatDateTime(at)}>
      {left > 0 ? `in ${formatDuration(left)}` : "now"}
    </time>
  );
}
