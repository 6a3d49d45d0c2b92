import { Link } from "wouter";
import { clockTime, fullTime } from "../components/format";
import { useRoom } from "../layout/room";
import { sentence } from "./describe-event";
import type { LogEvent } from "./invalidation";

/** One line of the log. */
export function LogLine({ event }: { event: LogEvent }) {
  const room = useRoom();
  const { who, deed, more } = sentence(event);
  const thing = event.task ?? event.objective;
  return (
    <li className="log-line">
      <time dateTime={event.at} title={fullTime(event.at)}>
        {clockTime(event.at)}
      </time>
      <span>
        <b>{who}</b> {deed}{" "}
        {thing && (
          <Link href={room.to(event.task ? "tasks" : "tree", thing.id)}>
            <span className="id">{thing.id}</span> {thing.title}
          </Link>
        )}
        {more && <span className="soft"> {more}</span>}
      </span>
    </li>
  );
}
