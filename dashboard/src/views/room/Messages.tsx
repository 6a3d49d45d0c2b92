import { Fragment, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Presence } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { plural } from "../../components/format";
import { PresenceDot } from "../../components/PresenceDot";
import { Scroller } from "../../components/ScrollArea";
import { useRoom } from "../../layout/room";
import { useLog } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { Composer } from "./Composer";
import { address, type Place } from "./conversation";
import { Message } from "./Message";
import { Feed, type Line } from "./message-feed";

export interface TalkProps {
  readonly place: Place;
  readonly names: readonly string[];
  /** By message: the item of the inbox that tells of it. */
  readonly items: ReadonlyMap<string, string>;
  readonly onAcknowledge: (item: string) => void;
}

interface MessagesProps extends TalkProps {
  readonly about: string;
  readonly presence: Presence | undefined;
  readonly onSeen: (place: Place, id: string) => void;
}

const NEAR_PX = 60;
const GOES_ON_MS = 5 * 60_000;
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });

/** What was said at one place, the newest at the end, and where one says something there. */
export function Messages({ place, about, presence, names, items, onAcknowledge, onSeen }: MessagesProps) {
  const { api, me } = useSession();
  const { name } = useRoom();
  const log = useLog();
  const at = address(place);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address says which place it is.
  const feed = useMemo(() => new Feed(api, log, name, place, me.name), [api, log, name, at, me.name]);
  const { lines, more, known, refusal } = useSyncExternalStore(feed.listen, feed.state);
  const scroller = useRef<HTMLElement>(null);
  const [behind, setBehind] = useState(0);
  const sight = useRef({ atEnd: true, height: 0, first: "", last: "" });
  const label = "channel" in place ? `Message #${place.channel}` : `Message to ${place.person}`;
  const last = lines.at(-1);

  // The end stays in sight while it is; else what is read stays where it is, whatever comes before or behind it.
  useLayoutEffect(() => {
    const area = scroller.current;
    if (!area) return;
    const before = sight.current;
    const first = lines[0]?.message.id ?? "";
    const end = lines.at(-1)?.message.id ?? "";
    if (before.atEnd) area.scrollTop = area.scrollHeight;
    else if (before.first !== first) area.scrollTop += area.scrollHeight - before.height;
    if (!before.atEnd && before.last !== end) {
      const from = lines.findIndex(({ message }) => message.id === before.last);
      if (from >= 0) setBehind((count) => count + lines.length - 1 - from);
    }
    sight.current = { ...before, height: area.scrollHeight, first, last: end };
  }, [lines]);

  const seen = last?.message.id;
  useEffect(() => {
    if (seen && behind === 0) onSeen(place, seen);
  }, [seen, behind, onSeen, place]);

  // What grows or shrinks beside it must not move the end out of sight.
  useEffect(() => {
    const area = scroller.current;
    if (!area) return;
    const observer = new ResizeObserver(() => {
      if (sight.current.atEnd) area.scrollTop = area.scrollHeight;
    });
    observer.observe(area);
    return () => observer.disconnect();
  }, []);

  const scrolled = () => {
    const area = scroller.current;
    if (!area) return;
    const atEnd = area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_PX;
    sight.current = { ...sight.current, atEnd };
    feed.seesEnd(atEnd);
    if (atEnd) setBehind(0);
    if (area.scrollTop < 4 * NEAR_PX) feed.readOlder();
  };
  const toEnd = () => {
    const area = scroller.current;
    if (area) area.scrollTop = area.scrollHeight;
  };

  return (
    <section className="talk" aria-label={at}>
      <header className="talk-head">
        {presence && <PresenceDot presence={presence} />}
        <h2>{"channel" in place ? `# ${place.channel}` : place.person}</h2>
        <p className="soft">{"channel" in place ? about : "Seen by the two of you alone"}</p>
      </header>
      <Scroller label={`Messages, ${at}`} className="talk-lines" area={scroller} onScroll={scrolled}>
        {!known && !refusal && <p className="waiting">Opening…</p>}
        {refusal && !refusal.passes && <Refused refusal={refusal} />}
        {known && more && (
          <button type="button" className="quiet talk-older" onClick={() => feed.readOlder()}>
            Older messages
          </button>
        )}
        {known && !more && (
          <p className="soft talk-start">
            {lines.length === 0 ? "Nothing was said here yet." : "This is where it begins."}
          </p>
        )}
        <ol>
          {lines.map((line, index) => {
            const { message } = line;
            const before = lines[index - 1];
            const newDay = !before || dayOf(before) !== dayOf(line);
            return (
              <Fragment key={message.id}>
                {newDay && <li className="talk-day">{dayOf(line)}</li>}
                <Message
                  message={message}
                  goesOn={!newDay && before !== undefined && goesOn(before, line)}
                  item={items.get(message.id)}
                  onAcknowledge={onAcknowledge}
                />
              </Fragment>
            );
          })}
        </ol>
      </Scroller>
      {behind > 0 && (
        <button type="button" className="primary talk-behind" onClick={toEnd}>
          {plural(behind, "new message")} ↓
        </button>
      )}
      <Composer key={at} place={place} label={label} names={names} />
    </section>
  );
}

function dayOf({ message }: Line): string {
  return DAY.format(new Date(message.createdAt));
}

function goesOn({ message: one }: Line, { message: next }: Line): boolean {
  return (
    one.from?.name === next.from?.name &&
    next.replyTo === null &&
    one.to.length === next.to.length &&
    Date.parse(next.createdAt) - Date.parse(one.createdAt) < GOES_ON_MS
  );
}
