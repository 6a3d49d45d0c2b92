import { Link } from "wouter";
import { Markdown } from "../../components/text/Markdown";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import type { Insight } from "./insight";

/** What one agent says it learned from a task. */
export function Reflection({ reflection }: { reflection: Insight["reflections"][number] }) {
  const room = useRoom();
  const { author, task, createdAt, tags, didNotWork, change, worked } = reflection;
  const parts: readonly [string, string][] = [
    ["Did not work", didNotWork],
    ["Change", change],
    ["Worked", worked],
  ];
  return (
    <li className="reflection">
      <p className="comment-head">
        <b>{author.name}</b>
        {task && (
          <Link href={room.to("tasks", task.id)}>
            <span className="id">{task.id}</span> {task.title}
          </Link>
        )}
        <span className="soft">
          <RelativeTime at={createdAt} /> ago
        </span>
        {tags.map((tag) => (
          <span key={tag} className="tag">
            {tag}
          </span>
        ))}
      </p>
      <dl>
        {parts.map(
          ([name, text]) =>
            text && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Markdown text={text} />
                </dd>
              </div>
            ),
        )}
      </dl>
    </li>
  );
}
