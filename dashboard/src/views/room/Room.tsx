import { useEffect, useMemo } from "react";
import { Redirect } from "wouter";
import { AcknowledgeDocument, PlacesDocument, type PlacesQuery, ToldOfMessagesDocument } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { useRoom } from "../../layout/room";
import { useAct } from "../../layout/use-mutation";
import { anyOf, DOING, type News, ofAgents, ofMessages } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import type { ViewProps } from "..";
import { Places } from "./ConversationList";
import { address, placeAt, placeOf } from "./conversation";
import { Messages } from "./Messages";
import { Thread } from "./Thread";
import { useUnseen } from "./unread";
import "./room.css";

const concern = anyOf(ofMessages, ofAgents, (news: News) => news !== DOING && news.kind === "ROOM_UPDATED");
const NEWEST = 100;
const NONE: NonNullable<PlacesQuery["room"]>["messages"]["nodes"] = [];

/** Where the team talks: its channels, what is said to one alone, and threads. */
export default function Room({ rest }: ViewProps) {
  const room = useRoom();
  const { me } = useSession();
  const { data, refusal } = useLive(PlacesDocument, { room: room.name, last: NEWEST }, concern);
  const told = useLive(ToldOfMessagesDocument, {}, ofMessages);
  const [acknowledge] = useAct(AcknowledgeDocument);
  const newest = data?.room?.messages.nodes ?? NONE;
  const unseen = useUnseen(room.name, me.name, newest);
  const last = `goalroom.place.${room.name}`;
  const [at, thread] = rest.split("/", 2);

  useEffect(() => {
    if (at) sessionStorage.setItem(last, at);
  }, [at, last]);

  const names = useMemo(
    () => (data?.room?.agents ?? []).map(({ name }) => name).filter((name) => name !== me.name),
    [data, me.name],
  );
  // By message: the item of the inbox that tells of it.
  const { items, waiting } = useMemo(() => {
    const items = new Map<string, string>();
    const waiting = new Map<string, number>();
    for (const { id, message } of told.data?.inbox.nodes ?? []) {
      if (!message) continue;
      items.set(message.id, id);
      const place = address(placeOf({ ...message, to: [] }, me.name));
      waiting.set(place, (waiting.get(place) ?? 0) + 1);
    }
    return { items, waiting };
  }, [told.data, me.name]);
  const { refresh } = told;
  const clear = useMemo(
    () => (item: string) => {
      void acknowledge({ items: [item] }).then(refresh);
    },
    [acknowledge, refresh],
  );

  if (!data?.room) return refusal ? <Refused refusal={refusal} /> : <p className="waiting">Opening…</p>;
  if (!at) {
    const first = sessionStorage.getItem(last) ?? data.room.channels[0]?.name;
    return first ? <Redirect to={room.to("room", first)} replace /> : <p className="waiting">No channels yet.</p>;
  }
  const place = placeAt(at);
  const channel = data.room.channels.find(({ name }) => name === at);
  const person = data.room.agents.find(({ name }) => "person" in place && name === place.person);
  const known = channel ?? person;
  const shared = { place, names, items, onAcknowledge: clear };

  return (
    <div className="room" data-thread={thread || undefined}>
      <h1 className="unseen">Room</h1>
      <Places
        channels={data.room.channels}
        agents={data.room.agents}
        at={at}
        me={me.name}
        waiting={waiting}
        unseen={unseen}
      />
      {known ? (
        <Messages key={at} {...shared} about={channel?.topic ?? ""} presence={person?.presence} onSeen={unseen.see} />
      ) : (
        <p className="waiting">There is no such place in this room.</p>
      )}
      {thread && known && <Thread key={thread} id={thread} {...shared} />}
    </div>
  );
}
