import { useEffect, useMemo } from "react";
import { Redirect } from "wouter";
import {
  AcknowledgeDocument,
  ConversationsDocument,
  type ConversationsQuery,
  MessageInboxDocument,
} from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { agentEvents, anyOf, messageEvents, roomUpdates } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import type { ViewProps } from "../view";
import { ConversationList } from "./ConversationList";
import { conversationOf, conversationSlug, parseConversation } from "./conversation";
import { Messages } from "./Messages";
import { Thread } from "./Thread";
import { useUnread } from "./unread";
import "./room.css";

const invalidatedBy = anyOf(messageEvents, agentEvents, roomUpdates);
const NEWEST = 100;
const NONE: NonNullable<ConversationsQuery["room"]>["messages"]["nodes"] = [];

/** The room's conversations: channels, direct messages and threads. */
export default function Room({ rest }: ViewProps) {
  const room = useRoom();
  const { me } = useSession();
  const { data, refusal } = useLiveQuery(ConversationsDocument, { room: room.name, last: NEWEST }, invalidatedBy);
  const inbox = useLiveQuery(MessageInboxDocument, {}, messageEvents);
  const [acknowledge] = useMutation(AcknowledgeDocument);
  const newest = data?.room?.messages.nodes ?? NONE;
  const unread = useUnread(room.name, me.name, newest);
  const lastOpen = `goalroom.place.${room.name}`;
  const [at, thread] = rest.split("/", 2);

  useEffect(() => {
    if (at) sessionStorage.setItem(lastOpen, at);
  }, [at, lastOpen]);

  const names = useMemo(
    () => (data?.room?.agents ?? []).map(({ name }) => name).filter((name) => name !== me.name),
    [data, me.name],
  );
  // By message its inbox item, and by conversation how many items there are.
  const { items, inboxCounts } = useMemo(() => {
    const items = new Map<string, string>();
    const inboxCounts = new Map<string, number>();
    for (const { id, message } of inbox.data?.inbox.nodes ?? []) {
      if (!message) continue;
      items.set(message.id, id);
      const conversation = conversationSlug(conversationOf({ ...message, to: [] }, me.name));
      inboxCounts.set(conversation, (inboxCounts.get(conversation) ?? 0) + 1);
    }
    return { items, inboxCounts };
  }, [inbox.data, me.name]);
  const recent = useMemo(
    () => newest.map((message) => conversationSlug(conversationOf(message, me.name))),
    [newest, me.name],
  );
  const { refetch } = inbox;
  const clear = useMemo(
    () => (item: string) => {
      void acknowledge({ items: [item] }).then(refetch);
    },
    [acknowledge, refetch],
  );

  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  if (!at) {
    const first = sessionStorage.getItem(lastOpen) ?? data.room.channels[0]?.name;
    return first ? <Redirect to={room.to("room", first)} replace /> : <p className="placeholder">No channels yet.</p>;
  }
  const conversation = parseConversation(at);
  const channel = data.room.channels.find(({ name }) => name === at);
  const person = data.room.agents.find(({ name }) => "person" in conversation && name === conversation.person);
  const known = channel ?? person;
  const shared = { conversation, names, items, onAcknowledge: clear };

  return (
    <div className="room" data-thread={thread || undefined}>
      <h1 className="visually-hidden">Room</h1>
      <ConversationList
        channels={data.room.channels}
        agents={data.room.agents}
        open={at}
        me={me.name}
        inboxCounts={inboxCounts}
        unread={unread}
        recent={recent}
      />
      {known ? (
        <Messages
          key={at}
          {...shared}
          topic={channel?.topic ?? ""}
          presence={person?.presence}
          onRead={unread.markRead}
        />
      ) : (
        <p className="placeholder">No such channel or person in this room.</p>
      )}
      {thread && known && <Thread key={thread} id={thread} {...shared} />}
    </div>
  );
}
