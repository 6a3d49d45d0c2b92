import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { ThreadDocument } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { ScrollArea } from "../../components/ScrollArea";
import { formatNumber } from "../../components/text/format";
import { useRoom } from "../../layout/room";
import { messageEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { Composer } from "./Composer";
import { conversationSlug } from "./conversation";
import { Message } from "./Message";
import type { ConversationProps } from "./Messages";

const MOST = 100;

/** A message and its replies. */
export function Thread({ id, conversation, names, items, onAcknowledge }: ConversationProps & { id: string }) {
  const room = useRoom();
  const { canWrite } = useSession();
  const { data, refusal } = useLiveQuery(ThreadDocument, { id, first: MOST }, messageEvents);
  const scrollArea = useRef<HTMLElement>(null);
  const root = data?.node?.__typename === "Message" ? data.node : null;
  const replies = root?.thread.nodes ?? [];
  const last = replies.at(-1)?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new reply is scrolled into view.
  useEffect(() => {
    const area = scrollArea.current;
    if (area) area.scrollTop = area.scrollHeight;
  }, [last]);

  return (
    <aside className="conversation thread" aria-label="Thread">
      <header className="conversation-head">
        <h2>Thread</h2>
        <Link
          className="thread-close"
          href={room.to("room", conversationSlug(conversation))}
          aria-label="Close the thread"
        >
          ×
        </Link>
      </header>
      <ScrollArea label="Messages of the thread" className="conversation-messages" area={scrollArea}>
        {!root && (refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>)}
        {root && (
          <ol>
            <Message message={root} thread={id} item={items.get(id)} onAcknowledge={onAcknowledge} />
            {replies.length > 0 && (
              <li className="conversation-day">
                {formatNumber(root.thread.totalCount)} {root.thread.totalCount === 1 ? "reply" : "replies"}
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
      </ScrollArea>
      {root && canWrite && <Composer conversation={conversation} replyTo={id} label="Reply" names={names} focus />}
    </aside>
  );
}
