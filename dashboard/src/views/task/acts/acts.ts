import { createContext, useContext } from "react";
import type { Priority } from "../../../api/documents";
import type { Destination } from "./moves";
import type { Act, ActTask } from "./perform";

type Ids = readonly string[];

/** What a person does to tasks, to one or to many, from any view. Each asks for what it still needs to know. */
export interface Acts {
  readonly assign: (ids: Ids) => void;
  readonly prioritise: (ids: Ids, priority?: Priority) => void;
  readonly cancel: (ids: Ids) => void;
  readonly reopen: (ids: Ids) => void;
  readonly unblock: (ids: Ids) => void;
  /** Takes them from whoever has them: anyone can claim them. */
  readonly release: (ids: Ids) => void;
  readonly addLabels: (ids: Ids) => void;
  readonly setObjective: (ids: Ids) => void;
  /** Puts them there by whatever does that; left out, it asks where. */
  readonly move: (ids: Ids, to?: Destination) => void;
}

/** Does it to the tasks, and says what came of it. */
export type CarryOut = (tasks: readonly ActTask[], act: Act) => Promise<void>;

export const ActsContext = createContext<Acts | null>(null);

export function useActs(): Acts {
  const acts = useContext(ActsContext);
  if (!acts) throw new Error("There is no ActsProvider around this component.");
  return acts;
}
