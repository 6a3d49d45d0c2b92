// At four requests a second, the board or the room view would use up the rate limit of its token.
const MIN_INTERVAL_MS = 1_000;
const RETRY_AFTER_MS = 2_000;

/**
 * Runs a job when it is triggered: the first time at once, then at most once in an interval, never twice at the same
 * time, and less often where the job takes long.
 */
export class Throttle {
  /** Since when, or from when on, a run is due; null where none is. */
  pendingSince: number | null = null;
  #running = false;
  #triggered = false;
  #timer: number | undefined;
  #notBefore = 0;
  #stopped = false;

  /** `job` resolves to false where it failed and must be retried. */
  constructor(
    private readonly job: () => Promise<boolean>,
    private readonly interval = MIN_INTERVAL_MS,
  ) {}

  readonly trigger = (): void => {
    this.#stopped = false;
    this.#triggered = true;
    this.pendingSince ??= Math.max(Date.now(), this.#notBefore);
    if (this.#running || this.#timer !== undefined) return;
    this.#timer = window.setTimeout(this.#run, Math.max(0, this.#notBefore - Date.now()));
  };

  stop(): void {
    this.#stopped = true;
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #run = async (): Promise<void> => {
    this.#timer = undefined;
    this.#running = true;
    this.#triggered = false;
    const startedAt = Date.now();
    const succeeded = await this.job();
    this.#running = false;
    const duration = Date.now() - startedAt;
    this.#notBefore = succeeded ? startedAt + Math.max(this.interval, 2 * duration) : Date.now() + RETRY_AFTER_MS;
    if (succeeded) this.pendingSince = this.#triggered ? Math.max(Date.now(), this.#notBefore) : null;
    if ((this.#triggered || !succeeded) && !this.#stopped) this.trigger();
  };
}
