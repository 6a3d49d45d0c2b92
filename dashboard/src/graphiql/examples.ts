import page from "../../../docs/how-to/graphiql.md?raw";

export interface Example {
  readonly query: string;
  readonly variables?: string;
}

const EXAMPLE = /^```graphql\n([\s\S]*?)^```(?:\s+```json\n([\s\S]*?)^```)?/gm;

/** The documents of docs/how-to/graphiql.md, each with the variables that stand below it. */
export const examples: Example[] = [...page.matchAll(EXAMPLE)].map(([, query = "", variables]) => ({
  query: query.trimEnd(),
  ...(variables && { variables: variables.trimEnd() }),
}));
