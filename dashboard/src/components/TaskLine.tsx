import type { ReactNode } from "react";
import { Link } from "wouter";
import { useRoom } from "../layout/room";

/** A task by its id and title, leading to its page; what else is said of it stands behind. */
export function TaskLine({ task, children }: { task: { id: string; title: string }; children?: ReactNode }) {
  const room = useRoom();
  return (
    <div className="line">
      <span className="id">{task.id}</span>
      <Link className="line-title" href={room.to("tasks", task.id)}>
        {task.title}
      </Link>
      {children && <span className="line-more">{children}</span>}
    </div>
  );
}
