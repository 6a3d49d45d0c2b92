import type { WorkerFragment } from "../../api/documents";
import { LeaseLeft } from "../../components/LeaseCountdown";
import { TaskLine } from "../../components/TaskLine";
import { TaskState } from "../../components/TaskState";

/** What an agent holds, and for how long still where nothing renews it. */
export function Held({ tasks }: { tasks: WorkerFragment["tasks"] }) {
  if (tasks.length === 0) return <span className="soft">–</span>;
  return (
    <ul className="held">
      {tasks.map((task) => (
        <li key={task.id}>
          <TaskLine task={task}>
            {(task.status !== "DOING" || task.stale) && <TaskState status={task.status} stale={task.stale} />}
            {task.lease && <LeaseLeft expiresAt={task.lease.expiresAt} />}
          </TaskLine>
        </li>
      ))}
    </ul>
  );
}
