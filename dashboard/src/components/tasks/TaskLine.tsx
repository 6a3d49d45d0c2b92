import type { ReactNode } from "react";
import { Link } from "wouter";
import type { TaskLineFragment } from "../../api/documents";
import { useRoom } from "../../layout/room";

/** A task in one line: its id, its title as a link, and whatever the children add. */
export function TaskLine({ task, children }: { task: TaskLineFragment; children?: ReactNode }) {
  const room = useRoom();
  return (
    <div className="line" data-item data-task={task.id}>
      <span className="id">{task.id}</span>
      <Link className="line-title" href={room.to("tasks", task.id)}>
        {task.title}
      </Link>
      {children && <span className="line-more">{children}</span>}
    </div>
  );
}
