import { Link } from "wouter";
import type { NowQuery } from "../../api/documents";
import { PresenceDot } from "../../components/agents/PresenceDot";
import { Panel } from "../../components/Panel";
import { TaskLine } from "../../components/tasks/TaskLine";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";

type Agents = NonNullable<NowQuery["room"]>["agents"];

/** Agents that are online or idle, and what each of them is doing. */
export function OnlineAgents({ agents }: { agents: Agents }) {
  const room = useRoom();
  const sorted = [...agents].sort((one, other) => sortKey(one) - sortKey(other) || one.name.localeCompare(other.name));
  return (
    <Panel title="Who works on what" count={agents.length} empty="No agent is online.">
      <ul className="lines">
        {sorted.map((agent) => (
          <li key={agent.id}>
            <div className="line">
              <PresenceDot presence={agent.presence} />
              <Link className="line-title" href={room.to("agents", agent.name)}>
                <b>{agent.name}</b>
              </Link>
              <span className="line-more">
                {agent.kind === "HUMAN" && <span className="tag">person</span>}
                {agent.presence === "IDLE" && agent.lastSeenAt && (
                  <span>
                    idle <RelativeTime at={agent.lastSeenAt} />
                  </span>
                )}
                {agent.activity && <span className="doing">{agent.activity.kind.toLowerCase()}</span>}
              </span>
            </div>
            {agent.activity?.note && <p className="soft">{agent.activity.note}</p>}
            {agent.tasks.map((task) => (
              <TaskLine key={task.id} task={task}>
                {task.status !== "DOING" && task.status.toLowerCase().replace("validating", "in review")}
                {task.stale && (
                  <span className="tag" data-state="STALE">
                    stale
                  </span>
                )}
              </TaskLine>
            ))}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function sortKey(agent: Agents[number]): number {
  return (agent.presence === "ONLINE" ? 0 : 2) + (agent.tasks.length > 0 || agent.activity ? 0 : 1);
}
