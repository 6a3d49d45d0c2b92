import { Link } from "wouter";
import { clockTime, fullTime } from "../pieces/words";
import { useRoom } from "../shell/room";
import type { LogEvent } from "./concerns";
import { sentence } from "./sentence";

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
