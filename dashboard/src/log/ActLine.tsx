import { Fragment } from "react";
import { Link } from "wouter";
import { formatDate, formatDateTime, formatNumber, formatTime } from "../components/text/format";
import { InlineMarkdown } from "../components/text/Markdown";
import { useRoom } from "../layout/room";
import type { Act } from "./acts";
import { describeAct } from "./describe-event";
import type { LogEvent } from "./invalidation";

interface ActLineProps {
  readonly act: Act;
  /** The id of the task that all of it is about: it is not named again. */
  readonly of?: string;
  /** With the day, where acts of many days stand below each other. */
  readonly dated?: boolean;
}

/** What somebody did, in one line of the log. */
export function ActLine({ act, of, dated = false }: ActLineProps) {
  const room = useRoom();
  const { head } = act;
  const { who, action, detail, events, rest } = describeAct(act);
  const things = events.filter((event) => thingOf(event) && thingOf(event)?.id !== of);
  const more = things.length - MOST_THINGS;
  const hasPage = (head.actor?.name ?? head.agent?.name) === who;
  return (
    <li className="log-line" data-dated={dated || undefined}>
      <time dateTime={head.at} title={formatDateTime(head.at)}>
        {dated && `${formatDate(head.at)} `}
        {formatTime(head.at)}
      </time>
      <span>
        {hasPage ? (
          <Link className="log-who" href={room.to("agents", who)}>
            {who}
          </Link>
        ) : (
          <b>{who}</b>
        )}{" "}
        {of && thingOf(head)?.id === of ? action.replace(/ (of|on|from|to)$/, "") : action}
        {things.length > 0 && " "}
        {things.slice(0, MOST_THINGS).map((event, index) => (
          <Fragment key={event.cursor}>
            {index > 0 && ", "}
            <Thing event={event} />
          </Fragment>
        ))}
        {more > 0 && ` and ${formatNumber(more)} more`}
        {detail && (
          <span className="soft">
            {things.length > 0 || head.message ? " " : ": "}
            <InlineMarkdown text={detail} />
          </span>
        )}
        {rest.map((text) => (
          <span key={text} className="soft">
            {" · "}
            <InlineMarkdown text={text} />
          </span>
        ))}
      </span>
    </li>
  );
}

const MOST_THINGS = 3;

/** What an event is about, if it has a page. */
function thingOf({ proposal, task, objective }: LogEvent) {
  return proposal ?? task ?? objective;
}

function Thing({ event }: { event: LogEvent }) {
  const room = useRoom();
  const thing = thingOf(event);
  if (!thing) return null;
  const view = event.proposal ? "decisions" : event.task ? "tasks" : "tree";
  return (
    <Link href={room.to(view, thing.id)}>
      <span className="id">{thing.id}</span> {thing.title}
    </Link>
  );
}
