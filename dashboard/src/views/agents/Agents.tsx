import { useState } from "react";
import { Link } from "wouter";
import { AgentsDocument, type WorkerFragment } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { number, plural } from "../../components/format";
import { PresenceDot } from "../../components/PresenceDot";
import { Ago } from "../../components/RelativeTime";
import { useRoom } from "../../layout/room";
import { anyOf, ofAgents, ofDoings, ofTasks } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";
import type { ViewProps } from "..";
import { Doing } from "./Activity";
import { AgentPage } from "./AgentPage";
import { family } from "./agent-tree";
import { Held } from "./HeldTasks";
import "./agents.css";

const concern = anyOf(ofAgents, ofDoings, ofTasks);

/** Who works here, and what each of them does and holds; or the page of one. */
export default function Agents({ rest }: ViewProps) {
  return rest ? <AgentPage key={rest} agent={rest} /> : <Everybody />;
}

const SHOWN = { all: "All", here: "Here", busy: "Busy" } as const;
type Shown = keyof typeof SHOWN;

function Everybody() {
  const { name } = useRoom();
  const { data, refusal } = useLive(AgentsDocument, { room: name }, concern);
  const [search, setSearch] = useState("");
  const [shown, setShown] = useState<Shown>("all");

  if (!data?.room) return refusal ? <Refused refusal={refusal} /> : <p className="waiting">Opening…</p>;
  const { agents, settings } = data.room;
  const lines = family(agents).filter(
    ({ agent }) =>
      agent.name.includes(search.trim().toLowerCase()) &&
      (shown === "all" || (shown === "here" ? agent.presence !== "OFFLINE" : isBusy(agent))),
  );
  const present = (presence: WorkerFragment["presence"]) =>
    agents.filter((agent) => agent.presence === presence).length;
  const sessions = agents.flatMap((agent) => agent.sessions).filter(({ presence }) => presence !== "OFFLINE").length;

  return (
    <section className="panel agents" aria-labelledby="agents-title">
      <header>
        <h1 id="agents-title">Agents</h1>
        <p className="soft">
          {present("ONLINE")} online, {present("IDLE")} idle, {present("OFFLINE")} offline ·{" "}
          {plural(sessions, "running session")}
        </p>
        <div className="agents-filter">
          <select aria-label="Which agents" value={shown} onChange={(event) => setShown(event.target.value as Shown)}>
            {Object.entries(SHOWN).map(([key, word]) => (
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
        </div>
      </header>
      {lines.length === 0 ? (
        <p className="empty">{agents.length === 0 ? "Nobody is in this room." : "Nobody fits."}</p>
      ) : (
        <table className="agents-table">
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Does</th>
              <th scope="col">Holds</th>
              <th scope="col" title="Tasks under way, of those that the room allows">
                Load
              </th>
              <th scope="col">Sessions</th>
              <th scope="col">Heard</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ agent, level }) => (
              <Row key={agent.id} agent={agent} level={level} wipLimit={settings.wipLimit ?? null} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function isBusy(agent: WorkerFragment): boolean {
  return agent.tasks.length > 0 || (agent.activity !== null && agent.activity.kind !== "WAITING");
}

function Row({ agent, level, wipLimit }: { agent: WorkerFragment; level: number; wipLimit: number | null }) {
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
          <span className="soft agents-for">
            of {agent.parent?.name}, for {agent.spawnedFor.id}
          </span>
        )}
      </th>
      <td data-label="Does">
        <Doing activity={agent.activity ?? null} />
      </td>
      <td data-label="Holds">
        <Held tasks={agent.tasks} />
      </td>
      <td data-label="Load" data-full={(wipLimit !== null && doing >= wipLimit) || undefined}>
        {agent.kind === "HUMAN" && doing === 0 ? (
          <span className="soft">–</span>
        ) : (
          <>
            {number(doing)}
            {wipLimit !== null && <span className="soft"> of {number(wipLimit)}</span>}
          </>
        )}
      </td>
      <td data-label="Sessions" title={running.map(({ label }) => label).join(", ")}>
        {running.length > 0 ? number(running.length) : <span className="soft">–</span>}
      </td>
      <td data-label="Heard" className="soft">
        {agent.lastSeenAt ? <Ago at={agent.lastSeenAt} /> : "never"}
      </td>
    </tr>
  );
}
