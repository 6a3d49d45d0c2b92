import type { ChangeFilter, LogChange } from "./invalidation";

const MAX_KEPT = 50;

interface Kept {
  readonly invalidatedBy: ChangeFilter;
  data: unknown;
}

/**
 * The results of queries, kept for as long as nothing in the log makes them outdated: what was seen before, or was asked
 * for ahead, is shown at once.
 */
export class KeptResults {
  readonly pendingSince = null;
  /** The one that was used last comes last. */
  readonly #kept = new Map<string, Kept>();

  get<Data>(key: string): Data | undefined {
    return this.#kept.get(key)?.data as Data | undefined;
  }

  /** Run the query, and keep its result unless a change while it runs makes that outdated. */
  async fetch<Data>(key: string, run: () => Promise<Data>, invalidatedBy: ChangeFilter): Promise<Data> {
    const kept: Kept = { invalidatedBy, data: this.get(key) };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    try {
      const data = await run();
      kept.data = data;
      return data;
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
      throw error;
    }
  }

  onLogChange(change: LogChange | null): void {
    for (const [key, { invalidatedBy }] of this.#kept)
      if (change === null || invalidatedBy(change)) this.#kept.delete(key);
  }
}
