import { useCallback, useEffect, useMemo, useState } from "react";
import { type Conversation, conversationOf, conversationSlug } from "./conversation";

/** By slug: the number of the last message that was read there, in this browser. The server keeps no such thing. */
export type LastRead = Readonly<Record<string, number>>;

/** The newest message of the room when it was first opened: for conversations that were never opened. */
export const ROOM_START = "*";

type Message = Parameters<typeof conversationOf>[0] & { readonly id: string };

export interface Unread {
  readonly count: (conversation: Conversation) => number;
  readonly markRead: (conversation: Conversation, id: string) => void;
}

/** How many messages of others are unread in each conversation. */
export function useUnread(room: string, me: string, newest: readonly Message[]): Unread {
  const key = `goalroom.seen.${room}.${me}`;
  const [lastRead, setLastRead] = useState<LastRead>(() => JSON.parse(localStorage.getItem(key) ?? "{}") as LastRead);

  const save = useCallback(
    (slug: string, id: string) =>
      setLastRead((before) => {
        const after = withRead(before, slug, id);
        if (after !== before) localStorage.setItem(key, JSON.stringify(after));
        return after;
      }),
    [key],
  );
  const last = newest.at(-1)?.id;
  useEffect(() => {
    if (lastRead[ROOM_START] === undefined && last) save(ROOM_START, last);
  }, [lastRead, last, save]);

  const counts = useMemo(() => countUnread(newest, lastRead, me), [newest, lastRead, me]);

  return useMemo(
    () => ({
      count: (conversation) => counts.get(conversationSlug(conversation)) ?? 0,
      markRead: (conversation, id) => save(conversationSlug(conversation), id),
    }),
    [counts, save],
  );
}

/** By slug: the messages of others after the last one that was read there. */
export function countUnread(messages: readonly Message[], lastRead: LastRead, me: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const message of messages) {
    const slug = conversationSlug(conversationOf(message, me));
    const upTo = Math.max(lastRead[slug] ?? 0, lastRead[ROOM_START] ?? Number.POSITIVE_INFINITY);
    if (message.from?.name !== me && numberOf(message.id) > upTo) counts.set(slug, (counts.get(slug) ?? 0) + 1);
  }
  return counts;
}

/** The same object where a later message of the conversation was read already. */
export function withRead(lastRead: LastRead, slug: string, id: string): LastRead {
  return (lastRead[slug] ?? -1) >= numberOf(id) ? lastRead : { ...lastRead, [slug]: numberOf(id) };
}

/** Ids grow with time. */
function numberOf(id: string): number {
  return Number(id.slice(1));
}
