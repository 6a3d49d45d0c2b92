import type { CombinedError } from "@urql/core";

/** An error of the API, with its code, its hint and its facts, or that the server can't be reached. */
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

  static fromCombinedError(error: CombinedError): Refusal {
    const first = error.graphQLErrors[0];
    if (first) return Refusal.fromGraphQLError(first);
    const status = (error.response as Response | undefined)?.status;
    if (status === 401) return new Refusal("UNAUTHENTICATED", "You are not signed in.");
    return Refusal.unreachable();
  }

  static unreachable(): Refusal {
    return new Refusal(UNREACHABLE, "The server can't be reached.");
  }

  /** From an error as it stands in an answer, over HTTP or WebSocket. */
  static fromGraphQLError(error: { message: string; extensions?: Record<string, unknown> | undefined }): Refusal {
    const { code, hint, ...facts } = error.extensions ?? {};
    return new Refusal(String(code ?? "INTERNAL"), error.message, typeof hint === "string" ? hint : "", facts);
  }

  static fromUnknown(error: unknown): Refusal {
    return error instanceof Refusal ? error : new Refusal("INTERNAL", String(error));
  }

  /** What a person can do. The hint of the server names the next call of a program. */
  get hintForPeople(): string {
    return HINTS_FOR_PEOPLE[this.code] ?? "";
  }

  /** The same request may succeed later. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.code);
  }
}

const UNREACHABLE = "UNREACHABLE";
const HINTS_FOR_PEOPLE: Readonly<Record<string, string>> = {
  [UNREACHABLE]: "It may not have been saved: try again.",
  UNAVAILABLE: "Nothing was saved: try again in a moment.",
  RATE_LIMITED: "Nothing was saved: try again in a moment.",
  CRITERIA_FROZEN: "Whoever created or reviews it can still change them.",
  CRITERIA_UNMET: "Accept them too, or ask for changes.",
  DEPENDENCY_CYCLE: "A task can't wait for itself, directly or through others.",
  HANDOFF_REQUIRED: "Assign it anew, and say what is done and what is pending.",
  SELF_REVIEW: "Choose another reviewer.",
  OBJECTIVE_CYCLE: "Choose a parent that is not below it.",
  TOO_COMPLEX: "Ask for less at once.",
};
const TRANSIENT: ReadonlySet<string> = new Set([UNREACHABLE, "UNAVAILABLE", "RATE_LIMITED"]);
