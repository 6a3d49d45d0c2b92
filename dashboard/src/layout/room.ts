import { createContext, useContext } from "react";
import type { RoomHeadQuery } from "../api/documents";

/** The room that is open. `head` is null until it is known. */
export interface OpenRoom {
  readonly name: string;
  readonly head: RoomHeadQuery["room"] | null;
  /** The address of one of its views, with what follows it. */
  readonly to: (view: string, rest?: string) => string;
}

export const RoomContext = createContext<OpenRoom | null>(null);

export function useRoom(): OpenRoom {
  const room = useContext(RoomContext);
  if (!room) throw new Error("No room is open.");
  return room;
}
