import { Link } from "wouter";
import type { CardFragment } from "../../api/documents";
import { LeaseCountdown } from "../../components/tasks/LeaseCountdown";
import { formatCount } from "../../components/text/format";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";

/** A task with what its column asks of it. */
export interface CardTask extends CardFragment {
  readonly unblocks?: number;
  readonly lease?: { readonly expiresAt: string } | null;
  readonly waitingOn?: readonly { readonly reason: string }[];
  readonly reviewer?: { readonly name: string } | null;
}

interface CardProps {
  readonly task: CardTask;
  /** Told that it is being dragged, and null when it no longer is; without, it can't be. */
  readonly onDrag: ((id: string | null) => void) | undefined;
}

/** One task of the board. */
export function Card({ task, onDrag }: CardProps) {
  const room = useRoom();
  const reason = task.waitingOn?.[0]?.reason;
  return (
    <li
      className="card"
      data-item
      data-task={task.id}
      data-ready={(task.status === "TODO" && task.ready) || undefined}
      draggable={onDrag !== undefined}
      onDragStart={(event) => {
        event.dataTransfer.setData("text/plain", task.id);
        event.dataTransfer.effectAllowed = "move";
        // Later, so that the browser takes its drag image before the board changes.
        window.setTimeout(() => onDrag?.(task.id));
      }}
      onDragEnd={() => onDrag?.(null)}
    >
      <Link draggable={false} href={room.to("tasks", task.id)}>
        <span className="id">{task.id}</span> {task.title}
      </Link>
      {reason && <p className="soft small">{reason}</p>}
      <p className="card-facts">
        <span className="priority" data-priority={task.priority}>
          {task.priority}
        </span>
        {task.stale && (
          <span className="tag" data-state="STALE">
            stale
          </span>
        )}
        {task.assignee && <span>{task.assignee.name}</span>}
        {task.reviewer && <span title="Its reviewer">→ {task.reviewer.name}</span>}
        {task.lease && <LeaseCountdown expiresAt={task.lease.expiresAt} />}
        {task.unblocks !== undefined && task.unblocks > 0 && <span>blocks {formatCount(task.unblocks, "task")}</span>}
        {(task.status === "DONE" || task.status === "CANCELLED") && (
          <span>
            <RelativeTime at={task.updatedAt} /> ago
          </span>
        )}
      </p>
    </li>
  );
}
