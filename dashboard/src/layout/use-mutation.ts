import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { AnyVariables } from "@urql/core";
import { useCallback, useState } from "react";
import { useSession } from "../session/session";
import { useNotices } from "./Toasts";

/**
 * What a person does: the answer, or undefined where it was refused, which is said to them. It can't be done while it is
 * under way, nor by those who may only read.
 */
export function useAct<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): [act: (variables: Variables, done?: string) => Promise<Data | undefined>, off: boolean] {
  const { api, mayAct } = useSession();
  const { say, refuse } = useNotices();
  const [underWay, setUnderWay] = useState(false);
  const act = useCallback(
    async (variables: Variables, done?: string) => {
      setUnderWay(true);
      try {
        const data = await api.act(document, variables);
        if (done) say(done);
        return data;
      } catch (error) {
        refuse(error);
        return undefined;
      } finally {
        setUnderWay(false);
      }
    },
    [api, document, say, refuse],
  );
  return [act, underWay || !mayAct];
}
