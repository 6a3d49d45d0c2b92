import type { AnyVariables } from "@urql/core";
import { useCallback, useState } from "react";
import type { TypedDocumentString } from "../api/documents";
import { useSession } from "../session/session";
import { lastPressed } from "./pressed";
import { useToasts } from "./Toasts";

type Success<Data> = string | ((data: Data) => string);

/**
 * Runs a mutation. It resolves to the data, or to undefined after a refusal, which is shown beside what was pressed; `success` is the
 * text of the toast otherwise, or says it of the data. `disabled` is true while it runs, and always for those who may only read.
 */
export function useMutation<Data, Variables extends AnyVariables>(
  document: TypedDocumentString<Data, Variables>,
): [mutate: (variables: Variables, success?: Success<Data>) => Promise<Data | undefined>, disabled: boolean] {
  const { api, canWrite } = useSession();
  const { showSuccess, showError } = useToasts();
  const [pending, setPending] = useState(false);
  const mutate = useCallback(
    async (variables: Variables, success?: Success<Data>) => {
      const pressed = lastPressed();
      setPending(true);
      try {
        const data = await api.mutate(document, variables);
        if (success) showSuccess(typeof success === "string" ? success : success(data));
        return data;
      } catch (error) {
        showError(error, pressed);
        return undefined;
      } finally {
        setPending(false);
      }
    },
    [api, document, showSuccess, showError],
  );
  return [mutate, pending || !canWrite];
}
