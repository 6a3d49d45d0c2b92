import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { AnyVariables } from "@urql/core";
import type { Api } from "../api/api";
import { Refusal } from "../api/refusal";
import type { Concern } from "./concerns";
import type { RoomLog, Watcher } from "./room-log";

export interface Answer<Data> {
  readonly data: Data | undefined;
  readonly refusal: Refusal | null;
}

const AT_MOST_EVERY_MS = 250;
const TRY_AGAIN_MS = 2_000;

/**
 * One question that is asked again when the log says that its answer may be another: at once, then at most four
 * times a second, never twice at a time, and less often where the answer takes long.
 */
export class LiveQuery<Data, Variables extends AnyVariables> implements Watcher {
  waitingSince: number | null = null;
  #answer: Answer<Data> = { data: undefined, refusal: null };
  #asking = false;
  #touchedAgain = false;
  #timer: number | undefined;
  #notBefore = 0;
  #stop: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly api: Api,
    readonly log: RoomLog,
    readonly document: TypedDocumentNode<Data, Variables>,
    readonly variables: Variables,
    readonly concern: Concern,
  ) {}

  readonly answer = (): Answer<Data> => this.#answer;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#stop = this.log.watch(this);
      this.touched();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      window.clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  };

  readonly touched = (): void => {
    this.#touchedAgain = true;
    this.waitingSince ??= Date.now();
    if (this.#asking || this.#timer !== undefined) return;
    this.#timer = window.setTimeout(this.#ask, Math.max(0, this.#notBefore - Date.now()));
  };

  readonly #ask = async (): Promise<void> => {
    this.#timer = undefined;
    this.#asking = true;
    await this.log.begun;
    const begun = Date.now();
    this.#touchedAgain = false;
    let again = false;
    try {
      const data = await this.api.ask(this.document, this.variables, { partly: true });
      this.#answer = { data, refusal: null };
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal("INTERNAL", String(error));
      again = refusal.isOfTheNetwork;
      this.#answer = { data: again ? this.#answer.data : undefined, refusal };
    }
    const took = Date.now() - begun;
    this.#asking = false;
    this.#notBefore = again ? Date.now() + TRY_AGAIN_MS : Math.max(begun + AT_MOST_EVERY_MS, begun + 2 * took);
    if (!again) this.waitingSince = this.#touchedAgain ? Date.now() : null;
    for (const listener of this.#listeners) listener();
    if ((again || this.#touchedAgain) && this.#listeners.size > 0) this.touched();
  };
}
