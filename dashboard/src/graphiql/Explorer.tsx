import { GraphiQL, type GraphiQLProps } from "graphiql";
import { useMemo } from "react";
import { savedTheme } from "../layout/theme";
import { useSession } from "../session/session";
import { examples } from "./examples";
import "graphiql/setup-workers/vite";
import "graphiql/style.css";

type Fetcher = GraphiQLProps["fetcher"];

/** GraphiQL, as whoever is signed in; its first tabs are the examples of the documentation. */
export function Explorer() {
  const { api } = useSession();
  // Its type has errors as a server has them, where a client has their JSON.
  const fetcher = useMemo<Fetcher>(() => (operation) => api.run(operation) as ReturnType<Fetcher>, [api]);
  const asked = new URLSearchParams(location.search);
  const query = asked.get("query");
  const variables = asked.get("variables");

  return (
    <main>
      <GraphiQL
        fetcher={fetcher}
        defaultTabs={examples}
        {...(query === null ? {} : { initialQuery: query })}
        {...(variables === null ? {} : { initialVariables: variables })}
        defaultEditorToolsVisibility="variables"
        forcedTheme={savedTheme()}
        isHeadersEditorEnabled={false}
        schemaDescription
      >
        <GraphiQL.Logo>
          <h1>
            <a href="/">Goalroom</a>
          </h1>
        </GraphiQL.Logo>
      </GraphiQL>
    </main>
  );
}
