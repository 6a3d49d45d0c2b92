// A board or a room that is asked for four times a second would take all that one token may ask for.
const AT_MOST_EVERY_MS = 1_000;
const TRY_AGAIN_MS = 2_000;

/**
 * Does one thing again when it is touched: at once, then at most once a second, never twice at a time, and less often
 * where it takes long.
 */
export class Pace {
  /** Since when it waits to be done, if it does. */
  waitingSince: number | null = null;
  #busy = false;
  #again = false;
  #timer: number | undefined;
  #notBefore = 0;
  #stopped = false;

  /** `job` answers whether it could be done; if not, it is tried again after a while. */
  constructor(private readonly job: () => Promise<boolean>) {}

  readonly touch = (): void => {
    this.#stopped = false;
    this.#again = true;
    this.waitingSince ??= Date.now();
    if (this.#busy || this.#timer !== undefined) return;
    this.#timer = window.setTimeout(this.#do, Math.max(0, this.#notBefore - Date.now()));
  };

  stop(): void {
    this.#stopped = true;
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #do = async (): Promise<void> => {
    this.#timer = undefined;
    this.#busy = true;
    this.#again = false;
    const begun = Date.now();
    const done = await this.job();
    this.#busy = false;
    const took = Date.now() - begun;
    this.#notBefore = done ? begun + Math.max(AT_MOST_EVERY_MS, 2 * took) : Date.now() + TRY_AGAIN_MS;
    if (done) this.waitingSince = this.#again ? Date.now() : null;
    if ((this.#again || !done) && !this.#stopped) this.touch();
  };
}
