import { Link } from "wouter";
import type { CardFragment } from "../../api/documents";
import { formatCount } from "../../components/format";
import { LeaseCountdown } from "../../components/LeaseCountdown";
import { RelativeTime } from "../../components/RelativeTime";
import { useRoom } from "../../layout/room";

/** A task with what its column asks of it. */
export interface CardTask extends CardFragment {
  readonly unblocks?: number;
  readonly lease?: { readonly expiresAt: string } | null;
  readonly waitingOn?: readonly { readonly reason: string }[];
  readonly reviewer?: { readonly name: string } | null;
}

/** One task of the board. */
export function Card({ task }: { task: CardTask }) {
  const room = useRoom();
  const reason = task.waitingOn?.[0]?.reason;
  return (
    <li className="card" data-item data-task={task.id} data-ready={(task.status === "TODO" && task.ready) || undefined}>
      <Link href={room.to("tasks", task.id)}>
        <span className="id">{task.id}</span> {task.title}
      </Link>
      {reason && <p className="soft small">{reason}</p>}
      <p className="card-facts">
        <span className="priority" data-priority={task.priority}>
          {task.priority}
        </span>
        {task.status === "TODO" && (
          <span className="tag" data-state={task.ready ? "READY" : undefined}>
            {task.ready ? "ready" : "waiting"}
          </span>
        )}
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
