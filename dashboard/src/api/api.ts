import { type AnyVariables, Client, type CombinedError, fetchExchange } from "@urql/core";
import {
  createClient,
  type FormattedExecutionResult,
  type Sink,
  type Client as Socket,
  type SubscribePayload,
} from "graphql-ws";
import type { TypedDocumentString } from "./documents";
import { Refusal } from "./refusal";

const PING_EVERY_MS = 10_000;
const PONG_TIMEOUT_MS = 5_000;
const FORBIDDEN = 4403;

interface QueryResult<Data = unknown> {
  readonly data?: Data | undefined;
  readonly error?: CombinedError | undefined;
}

/** The GraphQL API with the session of this browser: queries and mutations over HTTP, subscriptions over one WebSocket. */
export class Api {
  /** When the last message came over the WebSocket, in milliseconds. */
  lastMessageAt = 0;
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #onUnauthenticated: () => void;
  readonly #ahead = new Map<string, Promise<QueryResult>>();

  constructor(onUnauthenticated: () => void) {
    this.#onUnauthenticated = onUnauthenticated;
    this.#client = new Client({
      url: "/graphql",
      exchanges: [fetchExchange],
      preferGetMethod: false,
      requestPolicy: "network-only",
      // That no other site can send.
      fetchOptions: { headers: { "x-goalroom-page": "1" }, cache: "no-store" },
    });
    this.#socket = this.#connect();
  }

  /** Ask now; the next `query` for the same, and no other, gets this answer. */
  askAhead<Data, Variables extends AnyVariables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): void {
    this.#ahead.set(keyOf(document, variables), this.#ask(document, variables));
  }

  /** The data, or a `Refusal` is thrown. With `allowPartial`, errors are ignored where anything at the root is there. */
  async query<Data, Variables extends AnyVariables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
    { allowPartial = false }: { allowPartial?: boolean } = {},
  ): Promise<Data> {
    const key = keyOf(document, variables);
    const ahead = this.#ahead.get(key) as Promise<QueryResult<Data>> | undefined;
    this.#ahead.delete(key);
    return this.#dataOf(await (ahead ?? this.#ask(document, variables)), allowPartial);
  }

  /** The data, or a `Refusal` is thrown. */
  async mutate<Data, Variables extends AnyVariables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    return this.#dataOf(await this.#client.mutation<Data>(document.toString(), variables).toPromise(), false);
  }

  /** Each result of the subscription. It throws when the connection ends. */
  async *subscribe<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): AsyncGenerator<Data> {
    const payload = { query: document.toString(), variables };
    for await (const { data, errors } of this.#socket.iterate<Data>(payload)) {
      const first = errors?.[0];
      if (first) throw Refusal.fromGraphQLError(first as { message: string; extensions?: Record<string, unknown> });
      if (data) yield data;
    }
  }

  /** Any operation, of whatever kind, over the WebSocket; its results come as the server sends them, errors included. */
  run(operation: SubscribePayload) {
    return {
      subscribe: (sink: Sink<FormattedExecutionResult>) => ({
        unsubscribe: this.#socket.subscribe(operation, {
          next: (result) => sink.next(result as FormattedExecutionResult),
          complete: () => sink.complete(),
          error: (error) => {
            // What can't be run is an answer, too; all else means that the connection is gone.
            if (!Array.isArray(error)) return sink.error(Refusal.unreachable());
            sink.next({ errors: error } as FormattedExecutionResult);
            sink.complete();
          },
        }),
      }),
    };
  }

  /** Close the WebSocket if it has been silent for longer than a ping and its pong take. */
  checkConnection(): void {
    if (Date.now() - this.lastMessageAt > PING_EVERY_MS + PONG_TIMEOUT_MS) this.#socket.terminate();
  }

  close(): void {
    void this.#socket.dispose();
  }

  #ask<Data, Variables extends AnyVariables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): Promise<QueryResult<Data>> {
    return this.#client.query<Data>(document.toString(), variables).toPromise();
  }

  #connect(): Socket {
    let pongTimer: number | undefined;
    const socket = createClient({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
      connectionParams: { session: "dashboard" },
      retryAttempts: 0,
      keepAlive: PING_EVERY_MS,
      on: {
        message: () => {
          this.lastMessageAt = Date.now();
        },
        ping: (received) => {
          if (received) return;
          pongTimer = window.setTimeout(() => socket.terminate(), PONG_TIMEOUT_MS);
        },
        pong: (received) => {
          if (received) window.clearTimeout(pongTimer);
        },
        closed: (event) => {
          window.clearTimeout(pongTimer);
          if ((event as CloseEvent).code === FORBIDDEN) this.#onUnauthenticated();
        },
      },
    });
    return socket;
  }

  #dataOf<Data>(result: QueryResult<Data>, allowPartial: boolean): Data {
    if (result.error) {
      const refusal = Refusal.fromCombinedError(result.error);
      if (refusal.code === "UNAUTHENTICATED") this.#onUnauthenticated();
      if (!(allowPartial && hasData(result.data))) throw refusal;
    }
    if (!result.data) throw new Refusal("INTERNAL", "The server sent an empty answer.");
    return result.data;
  }
}

function keyOf(document: { toString(): string }, variables: AnyVariables): string {
  return document.toString() + JSON.stringify(variables);
}

function hasData(data: unknown): boolean {
  return Object.values(data ?? {}).some((field) => field !== null);
}
