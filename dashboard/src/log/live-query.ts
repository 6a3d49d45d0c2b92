import { Refusal } from "../api/refusal";
import type { Concern, News } from "./concerns";
import { Pace } from "./pace";
import type { RoomLog, Watcher } from "./room-log";

export interface Answer<Data> {
  readonly data: Data | undefined;
  readonly refusal: Refusal | null;
}

/** One question that is asked again when the log says that its answer may be another. */
export class LiveQuery<Data> implements Watcher {
  #answer: Answer<Data> = { data: undefined, refusal: null };
  #stop: (() => void) | null = null;
  readonly #pace = new Pace(() => this.#ask());
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly log: RoomLog,
    private readonly ask: () => Promise<Data>,
    private readonly concern: Concern,
  ) {}

  get waitingSince(): number | null {
    return this.#pace.waitingSince;
  }

  readonly refresh = (): void => this.#pace.touch();

  readonly answer = (): Answer<Data> => this.#answer;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#stop = this.log.watch(this);
      this.refresh();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#pace.stop();
    };
  };

  hear(news: News | null): void {
    if (news === null || this.concern(news)) this.refresh();
  }

  async #ask(): Promise<boolean> {
    await this.log.begun;
    let reached = true;
    try {
      this.#answer = { data: await this.ask(), refusal: null };
    } catch (error) {
      const refusal = Refusal.because(error);
      reached = !refusal.isOfTheNetwork;
      this.#answer = { data: reached ? undefined : this.#answer.data, refusal };
    }
    for (const listener of this.#listeners) listener();
    return reached;
  }
}
