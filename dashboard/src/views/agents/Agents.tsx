import { useState } from "react";
import { Link } from "wouter";
import { type AgentKind, type AgentOverviewFragment, AgentsDocument } from "../../api/documents";
import { PresenceDot } from "../../components/agents/PresenceDot";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatCount, formatNumber } from "../../components/text/format";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { activityChanges, agentEvents, anyOf, taskEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { useOpenTasks } from "../now/open-tasks";
import type { Owned } from "../now/waits";
import type { ViewProps } from "../view";
import { Activity } from "./Activity";
import { AgentPage } from "./AgentPage";
import { agentList, agentTree } from "./agent-tree";
import { ConnectAgent } from "./ConnectAgent";
import { HeldTasks } from "./HeldTasks";
import "./agents.css";

const invalidatedBy = anyOf(agentEvents, activityChanges, taskEvents);

/** The room's agents with their activities and tasks, or the page of one of them. */
export default function Agents({ rest }: ViewProps) {
  return rest ? <AgentPage key={rest} agent={rest} /> : <AgentList />;
}

const FILTERS = { all: "All", here: "Online", busy: "Busy" } as const;
type Filter = keyof typeof FILTERS;
const ORDERS = { presence: "Online first", name: "By name", seen: "Last seen first", work: "Most work first" } as const;
type Order = keyof typeof ORDERS;

function AgentList() {
  const { name } = useRoom();
  const { data, refusal } = useLiveQuery(AgentsDocument, { room: name }, invalidatedBy);
  const open = useOpenTasks();
  const { role } = useSession();
  const [connecting, setConnecting] = useState<AgentKind | null>(null);
  const [search, setSearch] = useState("");
  const [filter, setFilter] = useState<Filter>("all");
  const [order, setOrder] = useState<Order>("presence");

  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  const { agents, settings } = data.room;
  const workOf = ({ name, tasks }: AgentOverviewFragment) => {
    const owned = open?.owned.get(name);
    return tasks.length + (owned ? owned.todo + owned.waiting + owned.blocked : 0);
  };
  const rows = (order === "presence" ? agentTree(agents) : agentList(agents, order, workOf)).filter(
    ({ agent }) =>
      agent.name.includes(search.trim().toLowerCase()) &&
      (filter === "all" || (filter === "here" ? agent.presence !== "OFFLINE" : isBusy(agent))),
  );
  const countOf = (presence: AgentOverviewFragment["presence"]) =>
    agents.filter((agent) => agent.presence === presence).length;
  const sessions = agents.flatMap((agent) => agent.sessions).filter(({ presence }) => presence !== "OFFLINE").length;

  return (
    <section className="panel agents" aria-labelledby="agents-title">
      <header>
        <h1 id="agents-title">Agents</h1>
        <p className="soft">
          {countOf("ONLINE")} online, {countOf("IDLE")} idle, {countOf("OFFLINE")} offline ·{" "}
          {formatCount(sessions, "running session")}
        </p>
        <div className="agents-filter">
          <select
            aria-label="Which agents"
            value={filter}
            onChange={(event) => setFilter(event.target.value as Filter)}
          >
            {Object.entries(FILTERS).map(([key, word]) => (
              <option key={key} value={key}>
                {word}
              </option>
            ))}
          </select>
          <select aria-label="In which order" value={order} onChange={(event) => setOrder(event.target.value as Order)}>
            {Object.entries(ORDERS).map(([key, word]) => (
              <option key={key} value={key}>
                {word}
              </option>
            ))}
          </select>
          <input
            type="search"
            aria-label="Find an agent"
            placeholder="Find"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          {role === "ADMIN" && (
            <>
              <button type="button" onClick={() => setConnecting("HUMAN")}>
                Add a person
              </button>
              <button type="button" className="primary" onClick={() => setConnecting("AGENT")}>
                Connect an agent
              </button>
            </>
          )}
        </div>
      </header>
      {rows.length === 0 ? (
        <p className="empty">{agents.length === 0 ? "There are no agents in this room." : "No agent matches."}</p>
      ) : (
        <table className="agents-table">
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Activity</th>
              <th scope="col">Tasks</th>
              <th scope="col" title="Tasks assigned and not in progress">
                Assigned
              </th>
              <th scope="col" title="Tasks in progress, and the most that the room allows">
                Load
              </th>
              <th scope="col">Sessions</th>
              <th scope="col">Last seen</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ agent, level }) => (
              <Row
                key={agent.id}
                agent={agent}
                level={level}
                wipLimit={settings.wipLimit ?? null}
                owned={open?.owned.get(agent.name)}
              />
            ))}
          </tbody>
        </table>
      )}
      {connecting && <ConnectAgent kind={connecting} onClose={() => setConnecting(null)} />}
    </section>
  );
}

function isBusy(agent: AgentOverviewFragment): boolean {
  return agent.tasks.length > 0 || (agent.activity !== null && agent.activity.kind !== "WAITING");
}

/** `5: 2 waiting, 1 blocked`, as a link to the board. */
function Assigned({ agent, owned }: { agent: string; owned: Owned | undefined }) {
  const room = useRoom();
  if (!owned) return <span className="soft">–</span>;
  const { todo, waiting, blocked } = owned;
  const parts = [waiting > 0 && `${formatNumber(waiting)} waiting`, blocked > 0 && `${formatNumber(blocked)} blocked`];
  return (
    <Link href={`${room.to("board")}?assignee=${encodeURIComponent(agent)}`}>
      {formatNumber(todo + waiting + blocked)}
      {waiting + blocked > 0 && <span className="soft"> {parts.filter(Boolean).join(", ")}</span>}
    </Link>
  );
}

interface RowProps {
  readonly agent: AgentOverviewFragment;
  readonly level: number;
  readonly wipLimit: number | null;
  readonly owned: Owned | undefined;
}

function Row({ agent, level, wipLimit, owned }: RowProps) {
  const room = useRoom();
  const doing = agent.tasks.filter(({ status }) => status === "DOING").length;
  const running = agent.sessions.filter(({ presence }) => presence !== "OFFLINE");
  return (
    <tr data-presence={agent.presence}>
      <th scope="row" data-level={Math.min(level, 3)}>
        <span className="agents-name">
          <PresenceDot presence={agent.presence} />
          <Link href={room.to("agents", agent.name)}>{agent.name}</Link>
          {agent.kind === "HUMAN" && <span className="tag">person</span>}
        </span>
        {agent.spawnedFor && (
          <span className="soft agents-parent">
            of {agent.parent?.name}, for {agent.spawnedFor.id}
          </span>
        )}
      </th>
      <td data-label="Doing">
        <Activity activity={agent.activity ?? null} />
      </td>
      <td data-label="Working on">
        <HeldTasks tasks={agent.tasks} />
      </td>
      <td data-label="Assigned">
        <Assigned agent={agent.name} owned={owned} />
      </td>
      <td data-label="Load" data-full={(wipLimit !== null && doing >= wipLimit) || undefined}>
        {agent.kind === "HUMAN" && doing === 0 ? (
          <span className="soft">–</span>
        ) : (
          <>
            {formatNumber(doing)}
            {wipLimit !== null && <span className="soft"> of {formatNumber(wipLimit)}</span>}
          </>
        )}
      </td>
      <td data-label="Sessions" title={running.map(({ label }) => label).join(", ")}>
        {running.length > 0 ? formatNumber(running.length) : <span className="soft">–</span>}
      </td>
      <td data-label="Last seen" className="soft">
        {agent.lastSeenAt ? <RelativeTime at={agent.lastSeenAt} /> : "never"}
      </td>
    </tr>
  );
}
