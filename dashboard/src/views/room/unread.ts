import { useCallback, useEffect, useMemo, useState } from "react";
import { address, type Place, placeOf } from "./conversation";

/** Up to which message each place was seen, in this browser. The server keeps no such thing for people. */
type Seen = Readonly<Record<string, number>>;

/** For places that were never opened: what was there when the room was. */
const START = "*";

type Message = Parameters<typeof placeOf>[0] & { readonly id: string };

export interface Unseen {
  /** How many are new there. */
  readonly count: (place: Place) => number;
  readonly see: (place: Place, id: string) => void;
}

export function useUnseen(room: string, me: string, newest: readonly Message[]): Unseen {
  const key = `goalroom.seen.${room}.${me}`;
  const [seen, setSeen] = useState<Seen>(() => JSON.parse(localStorage.getItem(key) ?? "{}") as Seen);

  const keep = useCallback(
    (place: string, id: number) =>
      setSeen((all) => {
        if ((all[place] ?? -1) >= id) return all;
        const next = { ...all, [place]: id };
        localStorage.setItem(key, JSON.stringify(next));
        return next;
      }),
    [key],
  );
  const last = newest.at(-1)?.id;
  useEffect(() => {
    if (seen[START] === undefined && last) keep(START, numberOf(last));
  }, [seen, last, keep]);

  const counts = useMemo(() => {
    const all = new Map<string, number>();
    for (const message of newest) {
      const place = address(placeOf(message, me));
      const upTo = Math.max(seen[place] ?? 0, seen[START] ?? Number.POSITIVE_INFINITY);
      if (message.from?.name !== me && numberOf(message.id) > upTo) all.set(place, (all.get(place) ?? 0) + 1);
    }
    return all;
  }, [newest, seen, me]);

  return useMemo(
    () => ({
      count: (place) => counts.get(address(place)) ?? 0,
      see: (place, id) => keep(address(place), numberOf(id)),
    }),
    [counts, keep],
  );
}

/** Ids grow with time. */
function numberOf(id: string): number {
  return Number(id.slice(1));
}
