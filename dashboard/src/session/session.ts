import { createContext, useContext } from "react";
import type { Api } from "../api/api";
import type { MeQuery } from "../api/documents";

/** Who is signed in, and what they reach. */
export interface Session {
  readonly api: Api;
  readonly me: MeQuery["me"];
  readonly rooms: MeQuery["rooms"];
  /** Their token lets them change something. */
  readonly mayAct: boolean;
  readonly signOut: () => void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("Nobody is signed in.");
  return session;
}
