import type { AnyVariables } from "@urql/core";
import { useCallback } from "react";
import type { TypedDocumentString } from "../api/documents";
import { useSession } from "../session/session";
import { useToasts } from "./Toasts";
import { useAttempt } from "./use-attempt";

type Success<Data> = string | ((data: Data) => string);

/**
 * Runs a mutation. It resolves to the data, or to undefined after a refusal, which is shown beside what was pressed; `success` is the
 * text of the toast otherwise, or says it of the data. `disabled` is true while it runs, and always for those who may only read.
 */
export function useMutation<Data, Variables extends AnyVariables>(
  document: TypedDocumentString<Data, Variables>,
): [mutate: (variables: Variables, success?: Success<Data>) => Promise<Data | undefined>, disabled: boolean] {
  const { api, canWrite } = useSession();
  const { showSuccess } = useToasts();
  const [attempt, pending] = useAttempt();
  const mutate = useCallback(
    (variables: Variables, success?: Success<Data>) =>
      attempt(async () => {
        const data = await api.mutate(document, variables);
        if (success) showSuccess(typeof success === "string" ? success : success(data));
        return data;
      }),
    [api, attempt, document, showSuccess],
  );
  return [mutate, pending || !canWrite];
}
