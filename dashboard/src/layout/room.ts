import { createContext, useContext } from "react";
import type { RoomInfoQuery } from "../api/documents";

/** The room that is open. */
export interface OpenRoom {
  readonly name: string;
  /** Null until it is fetched. */
  readonly info: RoomInfoQuery["room"] | null;
  /** The path of one of its views, with the rest that belongs to the view. */
  readonly to: (view: string, rest?: string) => string;
}

export const RoomContext = createContext<OpenRoom | null>(null);

export function useRoom(): OpenRoom {
  const room = useContext(RoomContext);
  if (!room) throw new Error("No room is open.");
  return room;
}
