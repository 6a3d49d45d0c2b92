import { createContext, useContext } from "react";
import type { Api } from "../api/api";
import type { MeQuery } from "../api/documents";

/** Who is signed in, and what they can use. */
export interface Session {
  readonly api: Api;
  readonly me: MeQuery["me"];
  readonly rooms: MeQuery["rooms"];
  readonly role: MeQuery["myRole"];
  /** False for tokens of observers. */
  readonly canWrite: boolean;
  readonly signOut: () => void;
  /** In all browsers in which this person is signed in. */
  readonly signOutEverywhere: () => void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("Nobody is signed in.");
  return session;
}
