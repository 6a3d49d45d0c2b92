import { Refusal } from "../api/refusal";
import type { ChangeFilter, LogChange } from "./invalidation";
import { LiveStore } from "./live-store";
import type { RoomLog } from "./room-log";
import type { Throttle } from "./throttle";

export interface QueryState<Data> {
  readonly data: Data | undefined;
  readonly refusal: Refusal | null;
}

interface LiveQueryOptions {
  /** At least so many milliseconds lie between two fetches. */
  readonly interval?: number | undefined;
  /** The name of its result among the log's kept ones. */
  readonly keptAs?: string | undefined;
}

/** The result of one fetch, which is repeated when the log holds a change that invalidates it. */
export class LiveQuery<Data> extends LiveStore<QueryState<Data>> {
  readonly #throttle: Throttle;
  readonly #run: () => Promise<Data>;

  constructor(
    log: RoomLog,
    fetch: () => Promise<Data>,
    private readonly invalidatedBy: ChangeFilter,
    { interval, keptAs }: LiveQueryOptions = {},
  ) {
    super(log, { data: keptAs === undefined ? undefined : log.results.get<Data>(keptAs), refusal: null });
    this.#run = keptAs === undefined ? fetch : () => log.results.fetch(keptAs, fetch, invalidatedBy);
    this.#throttle = this.throttledFetch(() => this.#fetch(), interval);
  }

  readonly refetch = (): void => this.#throttle.trigger();

  onLogChange(change: LogChange | null): void {
    if (change === null || this.invalidatedBy(change)) this.refetch();
  }

  async #fetch(): Promise<void> {
    try {
      this.update({ data: await this.#run() });
    } catch (error) {
      // While the server can't be reached, the old data stays; after a real refusal it must not be shown any more.
      if (!Refusal.fromUnknown(error).isTransient) this.update({ data: undefined });
      throw error;
    }
  }
}
