import { Link } from "wouter";
import { TaskState } from "../../components/tasks/TaskState";
import { useRoom } from "../../layout/room";
import type { DependencyGraph } from "./dependency-graph";

/** The graph as a table: what each task waits for, and what it blocks. */
export function DependencyTable({ graph }: { graph: DependencyGraph }) {
  const room = useRoom();
  const criticalStep = new Map(graph.critical.map((id, index) => [id, index + 1]));
  const link = (id: string) => (
    <Link key={id} className="id" href={room.to("tasks", id)}>
      {id}
    </Link>
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className="graph-frame" aria-label="Dependencies" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">State</th>
            <th scope="col">Blocked by</th>
            <th scope="col">Blocks</th>
            <th scope="col">Critical path</th>
          </tr>
        </thead>
        <tbody>
          {[...graph.tasks.values()].map((task) => (
            <tr key={task.id}>
              <th scope="row">
                {link(task.id)} {task.title}
              </th>
              <td>
                <TaskState status={task.status} ready={task.ready} stale={task.stale} />
              </td>
              <td>{graph.edges.filter(([, to]) => to === task.id).map(([from]) => link(from))}</td>
              <td>{graph.edges.filter(([from]) => from === task.id).map(([, to]) => link(to))}</td>
              <td>{criticalStep.has(task.id) && `step ${criticalStep.get(task.id)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
