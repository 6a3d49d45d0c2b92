import type { AgentOverviewFragment } from "../../api/documents";
import { LeaseCountdown } from "../../components/tasks/LeaseCountdown";
import { TaskLine } from "../../components/tasks/TaskLine";
import { TaskState } from "../../components/tasks/TaskState";

/** The tasks that an agent holds, with what is left of their leases. */
export function HeldTasks({ tasks }: { tasks: AgentOverviewFragment["tasks"] }) {
  if (tasks.length === 0) return <span className="soft">–</span>;
  return (
    <ul className="held-tasks">
      {tasks.map((task) => (
        <li key={task.id}>
          <TaskLine task={task}>
            {(task.status !== "DOING" || task.stale) && <TaskState status={task.status} stale={task.stale} />}
            {task.lease && <LeaseCountdown expiresAt={task.lease.expiresAt} />}
          </TaskLine>
        </li>
      ))}
    </ul>
  );
}
