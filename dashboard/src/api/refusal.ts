import type { CombinedError } from "@urql/core";

/** Why something was not done, in the server's words, or that the server could not be reached. */
export class Refusal extends Error {
  readonly code: string;
  readonly hint: string;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, hint = "", facts: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.facts = facts;
  }

  static of(error: CombinedError): Refusal {
    const first = error.graphQLErrors[0];
    if (first) return Refusal.from(first);
    const status = (error.response as Response | undefined)?.status;
    if (status === 401) return new Refusal("UNAUTHENTICATED", "This token is not valid, or not any more.");
    return new Refusal(UNREACHABLE, "The server can't be reached.", "The page tries again by itself.");
  }

  /** From an error as the server writes it, over whichever transport. */
  static from(error: { message: string; extensions?: Record<string, unknown> | undefined }): Refusal {
    const { code, hint, ...facts } = error.extensions ?? {};
    return new Refusal(String(code ?? "INTERNAL"), error.message, typeof hint === "string" ? hint : "", facts);
  }

  static because(error: unknown): Refusal {
    return error instanceof Refusal ? error : new Refusal("INTERNAL", String(error));
  }

  /** Asked again later, it may well be answered. */
  get passes(): boolean {
    return PASSING.has(this.code);
  }
}

const UNREACHABLE = "UNREACHABLE";
const PASSING: ReadonlySet<string> = new Set([UNREACHABLE, "UNAVAILABLE", "RATE_LIMITED"]);
