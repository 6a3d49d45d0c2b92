import { Link } from "wouter";
import { formatDateTime, formatTime } from "../components/format";
import { useRoom } from "../layout/room";
import { describeEvent } from "./describe-event";
import type { LogEvent } from "./invalidation";

/** One line of the log. */
export function LogLine({ event }: { event: LogEvent }) {
  const room = useRoom();
  const { who, action, detail } = describeEvent(event);
  const thing = event.proposal ?? event.task ?? event.objective;
  const view = event.proposal ? "decisions" : event.task ? "tasks" : "tree";
  return (
    <li className="log-line">
      <time dateTime={event.at} title={formatDateTime(event.at)}>
        {formatTime(event.at)}
      </time>
      <span>
        <b>{who}</b> {action}{" "}
        {thing && (
          <Link href={room.to(view, thing.id)}>
            <span className="id">{thing.id}</span> {thing.title}
          </Link>
        )}
        {detail && <span className="soft"> {detail}</span>}
      </span>
    </li>
  );
}
