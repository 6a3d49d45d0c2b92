import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { ThreadDocument } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { number } from "../../components/format";
import { Scroller } from "../../components/ScrollArea";
import { useRoom } from "../../layout/room";
import { ofMessages } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";
import { Composer } from "./Composer";
import { address } from "./conversation";
import { Message } from "./Message";
import type { TalkProps } from "./Messages";

const MOST = 100;

/** A message, and what answers it. */
export function Thread({ id, place, names, items, onAcknowledge }: TalkProps & { id: string }) {
  const room = useRoom();
  const { data, refusal } = useLive(ThreadDocument, { id, first: MOST }, ofMessages);
  const lines = useRef<HTMLElement>(null);
  const root = data?.node?.__typename === "Message" ? data.node : null;
  const replies = root?.thread.nodes ?? [];
  const last = replies.at(-1)?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer moves into sight.
  useEffect(() => {
    const area = lines.current;
    if (area) area.scrollTop = area.scrollHeight;
  }, [last]);

  return (
    <aside className="talk thread" aria-label="Thread">
      <header className="talk-head">
        <h2>Thread</h2>
        <Link className="thread-close" href={room.to("room", address(place))} aria-label="Close the thread">
          ×
        </Link>
      </header>
      <Scroller label="Messages of the thread" className="talk-lines" area={lines}>
        {!root && (refusal ? <Refused refusal={refusal} /> : <p className="waiting">Opening…</p>)}
        {root && (
          <ol>
            <Message message={root} thread={id} item={items.get(id)} onAcknowledge={onAcknowledge} />
            {replies.length > 0 && (
              <li className="talk-day">
                {number(root.thread.totalCount)} {root.thread.totalCount === 1 ? "reply" : "replies"}
                {root.thread.totalCount > replies.length && `, the first ${replies.length} are shown`}
              </li>
            )}
            {replies.map((message) => (
              <Message
                key={message.id}
                message={message}
                thread={id}
                item={items.get(message.id)}
                onAcknowledge={onAcknowledge}
              />
            ))}
          </ol>
        )}
      </Scroller>
      {root && <Composer place={place} replyTo={id} label="Reply" names={names} focus />}
    </aside>
  );
}
