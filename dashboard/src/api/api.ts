import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { type AnyVariables, Client, type CombinedError, fetchExchange, stringifyDocument } from "@urql/core";
import { createClient, type Client as Socket } from "graphql-ws";
import { Refusal } from "./refusal";

const ASK_IF_THERE_EVERY_MS = 10_000;
const WAIT_FOR_PONG_MS = 5_000;
const FORBIDDEN = 4403;

/** The API as the one who signed in may use it: questions and acts over HTTP, what happens over one WebSocket. */
export class Api {
  /** When the server was last heard over the socket, in milliseconds. */
  heardAt = 0;
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #onRefused: () => void;

  constructor(token: string, onRefused: () => void) {
    this.#onRefused = onRefused;
    this.#client = new Client({
      url: "/graphql",
      exchanges: [fetchExchange],
      preferGetMethod: false,
      requestPolicy: "network-only",
      fetchOptions: { headers: { authorization: `Bearer ${token}` }, cache: "no-store" },
    });
    this.#socket = this.#open(token);
  }

  /** The answer, or a `Refusal`. Where a part of it was refused, `partly` takes what there is. */
  async ask<Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    { partly = false }: { partly?: boolean } = {},
  ): Promise<Data> {
    return this.#answered(await this.#client.query(document, variables).toPromise(), partly);
  }

  async act<Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    return this.#answered(await this.#client.mutation(document, variables).toPromise(), false);
  }

  /** What the subscription sends, until the connection ends, which it says by throwing. */
  async *follow<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): AsyncGenerator<Data> {
    const payload = { query: stringifyDocument(document), variables };
    for await (const { data, errors } of this.#socket.iterate<Data>(payload)) {
      const first = errors?.[0];
      if (first) throw Refusal.from(first as { message: string; extensions?: Record<string, unknown> });
      if (data) yield data;
    }
  }

  /** A socket that has been silent for longer than the server's patience is no connection any more. */
  doubt(): void {
    if (Date.now() - this.heardAt > ASK_IF_THERE_EVERY_MS + WAIT_FOR_PONG_MS) this.#socket.terminate();
  }

  close(): void {
    void this.#socket.dispose();
  }

  #open(token: string): Socket {
    let patience: number | undefined;
    const socket = createClient({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
      connectionParams: { token, session: "dashboard" },
      retryAttempts: 0,
      keepAlive: ASK_IF_THERE_EVERY_MS,
      on: {
        message: () => {
          this.heardAt = Date.now();
        },
        ping: (received) => {
          if (received) return;
          patience = window.setTimeout(() => socket.terminate(), WAIT_FOR_PONG_MS);
        },
        pong: (received) => {
          if (received) window.clearTimeout(patience);
        },
        closed: (event) => {
          window.clearTimeout(patience);
          if ((event as CloseEvent).code === FORBIDDEN) this.#onRefused();
        },
      },
    });
    return socket;
  }

  #answered<Data>(result: { data?: Data | undefined; error?: CombinedError | undefined }, partly: boolean): Data {
    if (result.error) {
      const refusal = Refusal.of(result.error);
      if (refusal.code === "UNAUTHENTICATED") this.#onRefused();
      if (!(partly && result.data)) throw refusal;
    }
    if (!result.data) throw new Refusal("INTERNAL", "The server answered nothing.");
    return result.data;
  }
}
