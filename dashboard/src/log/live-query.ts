import { Refusal } from "../api/refusal";
import type { Concern, News } from "./invalidation";
import { Model } from "./live-store";
import type { RoomLog } from "./room-log";

export interface Answer<Data> {
  readonly data: Data | undefined;
  readonly refusal: Refusal | null;
}

/** One question that is asked again when the log says that its answer may be another. */
export class LiveQuery<Data> extends Model<Answer<Data>> {
  readonly #pace = this.reading(() => this.#ask());

  constructor(
    log: RoomLog,
    private readonly ask: () => Promise<Data>,
    private readonly concern: Concern,
  ) {
    super(log, { data: undefined, refusal: null });
  }

  readonly refresh = (): void => this.#pace.touch();

  hear(news: News | null): void {
    if (news === null || this.concern(news)) this.refresh();
  }

  async #ask(): Promise<void> {
    try {
      this.keep({ data: await this.ask() });
    } catch (error) {
      // What is refused now is no answer any more; what could not be asked still is.
      if (!Refusal.because(error).passes) this.keep({ data: undefined });
      throw error;
    }
  }
}
