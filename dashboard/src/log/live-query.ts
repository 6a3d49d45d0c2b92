import { Refusal } from "../api/refusal";
import type { ChangeFilter, LogChange } from "./invalidation";
import { LiveStore } from "./live-store";
import type { RoomLog } from "./room-log";
import type { Throttle } from "./throttle";

export interface QueryState<Data> {
  readonly data: Data | undefined;
  readonly refusal: Refusal | null;
}

/** The result of one fetch, which is repeated when the log holds a change that invalidates it. */
export class LiveQuery<Data> extends LiveStore<QueryState<Data>> {
  readonly #throttle: Throttle;

  constructor(
    log: RoomLog,
    private readonly fetch: () => Promise<Data>,
    private readonly invalidatedBy: ChangeFilter,
    interval?: number,
  ) {
    super(log, { data: undefined, refusal: null });
    this.#throttle = this.throttledFetch(() => this.#fetch(), interval);
  }

  readonly refetch = (): void => this.#throttle.trigger();

  onLogChange(change: LogChange | null): void {
    if (change === null || this.invalidatedBy(change)) this.refetch();
  }

  async #fetch(): Promise<void> {
    try {
      this.update({ data: await this.fetch() });
    } catch (error) {
      // While the server can't be reached, the old data stays; after a real refusal it must not be shown any more.
      if (!Refusal.fromUnknown(error).isTransient) this.update({ data: undefined });
      throw error;
    }
  }
}
