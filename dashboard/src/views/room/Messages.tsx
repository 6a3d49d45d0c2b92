import { Fragment, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Presence } from "../../api/documents";
import { PresenceDot } from "../../components/agents/PresenceDot";
import { ErrorMessage } from "../../components/ErrorMessage";
import { ScrollArea } from "../../components/ScrollArea";
import { formatCount } from "../../components/text/format";
import { useRoom } from "../../layout/room";
import { useLog } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";
import { useSession } from "../../session/session";
import { Composer } from "./Composer";
import { type Conversation, conversationSlug } from "./conversation";
import { Message } from "./Message";
import { type FeedMessage, MessageFeed } from "./message-feed";

export interface ConversationProps {
  readonly conversation: Conversation;
  readonly names: readonly string[];
  /** By the id of a message: the id of its inbox item. */
  readonly items: ReadonlyMap<string, string>;
  readonly onAcknowledge: (item: string) => void;
}

interface MessagesProps extends ConversationProps {
  readonly topic: string;
  readonly presence: Presence | undefined;
  readonly onRead: (conversation: Conversation, id: string) => void;
}

const NEAR_PX = 60;
const CONTINUED_WITHIN_MS = 5 * 60_000;
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });

/** The messages of one conversation, the newest at the end, and the composer. */
export function Messages({ conversation, topic, presence, names, items, onAcknowledge, onRead }: MessagesProps) {
  const { api, me } = useSession();
  const { name } = useRoom();
  const log = useLog();
  const slug = conversationSlug(conversation);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the slug identifies the conversation.
  const feed = useMemo(() => new MessageFeed(api, log, name, conversation, me.name), [api, log, name, slug, me.name]);
  const { messages, hasOlder, loaded, refusal } = useSyncExternalStore(feed.subscribe, feed.getSnapshot);
  const scrollArea = useRef<HTMLElement>(null);
  const [newBelow, setNewBelow] = useState(0);
  const view = useRef({ atEnd: true, height: 0, first: "", last: "" });
  const label = "channel" in conversation ? `Message #${conversation.channel}` : `Message to ${conversation.person}`;
  const lastId = messages.at(-1)?.message.id;

  // At the end, new messages scroll into view. Elsewhere, what is being read stays in its place.
  useLayoutEffect(() => {
    const area = scrollArea.current;
    if (!area) return;
    const before = view.current;
    const first = messages[0]?.message.id ?? "";
    const end = messages.at(-1)?.message.id ?? "";
    if (before.atEnd) area.scrollTop = area.scrollHeight;
    else if (before.first !== first) area.scrollTop += area.scrollHeight - before.height;
    if (!before.atEnd && before.last !== end) {
      const from = messages.findIndex(({ message }) => message.id === before.last);
      if (from >= 0) setNewBelow((count) => count + messages.length - 1 - from);
    }
    view.current = { ...before, height: area.scrollHeight, first, last: end };
  }, [messages]);

  useEffect(() => {
    if (lastId && newBelow === 0) onRead(conversation, lastId);
  }, [lastId, newBelow, onRead, conversation]);

  // When the area is resized, its end must stay in view.
  useEffect(() => {
    const area = scrollArea.current;
    if (!area) return;
    const observer = new ResizeObserver(() => {
      if (view.current.atEnd) area.scrollTop = area.scrollHeight;
    });
    observer.observe(area);
    return () => observer.disconnect();
  }, []);

  const handleScroll = () => {
    const area = scrollArea.current;
    if (!area) return;
    const atEnd = area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_PX;
    view.current = { ...view.current, atEnd };
    feed.setAtEnd(atEnd);
    if (atEnd) setNewBelow(0);
    if (area.scrollTop < 4 * NEAR_PX) feed.fetchOlder();
  };
  const scrollToEnd = () => {
    const area = scrollArea.current;
    if (area) area.scrollTop = area.scrollHeight;
  };

  return (
    <section className="conversation" aria-label={slug}>
      <header className="conversation-head">
        {presence && <PresenceDot presence={presence} />}
        <h2>{"channel" in conversation ? `# ${conversation.channel}` : conversation.person}</h2>
        <p className="soft">{"channel" in conversation ? topic : "Visible only to the two of you"}</p>
      </header>
      <ScrollArea
        label={`Messages, ${slug}`}
        className="conversation-messages"
        area={scrollArea}
        onScroll={handleScroll}
      >
        {!loaded && !refusal && <p className="placeholder">Loading…</p>}
        {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
        {loaded && hasOlder && (
          <button type="button" className="quiet conversation-older" onClick={() => feed.fetchOlder()}>
            Older messages
          </button>
        )}
        {loaded && !hasOlder && (
          <p className="soft conversation-start">
            {messages.length === 0 ? "No messages yet." : "This is the beginning of the conversation."}
          </p>
        )}
        <ol>
          {messages.map((entry, index) => {
            const { message } = entry;
            const before = messages[index - 1];
            const newDay = !before || dayOf(before) !== dayOf(entry);
            return (
              <Fragment key={message.id}>
                {newDay && <li className="conversation-day">{dayOf(entry)}</li>}
                <Message
                  message={message}
                  continued={!newDay && before !== undefined && isContinued(before, entry)}
                  item={items.get(message.id)}
                  onAcknowledge={onAcknowledge}
                />
              </Fragment>
            );
          })}
        </ol>
      </ScrollArea>
      {newBelow > 0 && (
        <button type="button" className="primary conversation-new" onClick={scrollToEnd}>
          {formatCount(newBelow, "new message")} ↓
        </button>
      )}
      <CanWrite>
        <Composer key={slug} conversation={conversation} label={label} names={names} />
      </CanWrite>
    </section>
  );
}

function dayOf({ message }: FeedMessage): string {
  return DAY.format(new Date(message.createdAt));
}

/** Whether the second message needs no head of its own. */
function isContinued({ message: one }: FeedMessage, { message: next }: FeedMessage): boolean {
  return (
    one.from?.name === next.from?.name &&
    next.replyTo === null &&
    one.to.length === next.to.length &&
    Date.parse(next.createdAt) - Date.parse(one.createdAt) < CONTINUED_WITHIN_MS
  );
}
