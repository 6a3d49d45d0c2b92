import { useMemo, useSyncExternalStore } from "react";
import { Link } from "wouter";
import { AgentPageDocument, type AgentPageQuery } from "../../api/documents";
import { PresenceDot } from "../../components/agents/PresenceDot";
import { ErrorMessage } from "../../components/ErrorMessage";
import { Panel } from "../../components/Panel";
import { TaskLine } from "../../components/tasks/TaskLine";
import { TaskState } from "../../components/tasks/TaskState";
import { formatCount, formatDate, formatDateTime, formatDuration } from "../../components/text/format";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { ActLine } from "../../log/ActLine";
import { actsOf } from "../../log/acts";
import { activityChanges, agentEvents, anyOf, taskEvents } from "../../log/invalidation";
import { useLiveQuery, useLog } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { Activity } from "./Activity";
import { AgentProperties } from "./AgentProperties";
import { AgentHistory } from "./agent-history";
import { HeldTasks } from "./HeldTasks";
import { Tokens } from "./Tokens";

type Agent = NonNullable<AgentPageQuery["agent"]>;
type RoomData = NonNullable<AgentPageQuery["room"]>;

const invalidatedBy = anyOf(agentEvents, activityChanges, taskEvents);

/** One agent: its activity, tasks, sessions and history. `agent` is its name or id. */
export function AgentPage({ agent: asked }: { agent: string }) {
  const room = useRoom();
  const { data, refusal, refetch } = useLiveQuery(
    AgentPageDocument,
    { agent: asked, name: asked, room: room.name },
    invalidatedBy,
  );
  const { me, role } = useSession();
  const agent = data?.agent;

  return (
    <div className="agent">
      <nav className="crumbs" aria-label="Breadcrumbs">
        <Link href={room.to("agents")}>Agents</Link>
        {agent?.parent && <Link href={room.to("agents", agent.parent.name)}>{agent.parent.name}</Link>}
      </nav>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!data && !refusal && <p className="placeholder">Loading…</p>}
      {data && !agent && <p className="placeholder">No agent of this name.</p>}
      {agent && data.room && (
        <>
          <Header agent={agent} room={data.room} onChange={refetch} />
          <div className="agent-columns">
            <div>
              <Panel title="Current tasks" count={agent.tasks.length} empty="None.">
                <div className="padded">
                  <HeldTasks tasks={agent.tasks} />
                </div>
              </Panel>
              <Sessions agent={agent} />
              {(role === "ADMIN" || agent.name === me.name) && <Tokens agent={agent.name} />}
              <Tasks room={data.room} />
            </div>
            <HistoryPanel agent={agent.name} />
          </div>
        </>
      )}
    </div>
  );
}

function Header({ agent, room, onChange }: { agent: Agent; room: RoomData; onChange: () => void }) {
  const { to } = useRoom();
  const { me } = useSession();
  const children = room.agents.filter(({ parent }) => parent?.id === agent.id);
  return (
    <section className="panel agent-head" aria-labelledby="agent-name">
      <div className="facts">
        <PresenceDot presence={agent.presence} />
        <h1 id="agent-name">{agent.name}</h1>
        <span className="id">{agent.id}</span>
        {agent.kind === "HUMAN" && <span className="tag">person</span>}
        <span className="soft">
          {agent.presence.toLowerCase()}
          {agent.lastSeenAt && (
            <>
              , last seen <RelativeTime at={agent.lastSeenAt} /> ago
            </>
          )}
        </span>
        {agent.name !== me.name && (
          <Link className="agent-message" href={to("room", `@${agent.name}`)}>
            Write to {agent.name}
          </Link>
        )}
      </div>
      <dl className="agent-facts">
        <div>
          <dt>Activity</dt>
          <dd>
            <Activity activity={agent.activity ?? null} />
          </dd>
        </div>
        <AgentProperties agent={agent} onChange={onChange} />
        {agent.parent && (
          <div>
            <dt>Spawned by</dt>
            <dd>
              <Link href={to("agents", agent.parent.name)}>{agent.parent.name}</Link>
              {agent.spawnedFor && (
                <>
                  , for <Link href={to("tasks", agent.spawnedFor.id)}>{agent.spawnedFor.id}</Link>
                </>
              )}
            </dd>
          </div>
        )}
        {children.length > 0 && (
          <div>
            <dt>Spawned</dt>
            <dd className="agent-tags">
              {children.map(({ id, name, presence }) => (
                <span key={id} className="agents-name">
                  <PresenceDot presence={presence} />
                  <Link href={to("agents", name)}>{name}</Link>
                </span>
              ))}
            </dd>
          </div>
        )}
        <div>
          <dt>Registered</dt>
          <dd title={formatDateTime(agent.createdAt)}>{formatDate(agent.createdAt)}</dd>
        </div>
      </dl>
    </section>
  );
}

const MAX_SESSIONS = 6;

function Sessions({ agent }: { agent: Agent }) {
  const earlier = agent.sessions.slice(MAX_SESSIONS);
  return (
    <Panel title="Sessions" count={agent.sessions.length} empty="No sessions yet.">
      <SessionLines sessions={agent.sessions.slice(0, MAX_SESSIONS)} />
      {earlier.length > 0 && (
        <details className="agent-older-sessions">
          <summary>{formatCount(earlier.length, "earlier session")}</summary>
          <SessionLines sessions={earlier} />
        </details>
      )}
    </Panel>
  );
}

function SessionLines({ sessions }: { sessions: Agent["sessions"] }) {
  return (
    <ul className="lines">
      {sessions.map(({ id, label, presence, startedAt, lastSeenAt }) => (
        <li key={id} className="line">
          <PresenceDot presence={presence} />
          <span className="line-title">{label}</span>
          <span className="line-more">
            {presence === "OFFLINE" ? "ran for" : "runs for"}{" "}
            {formatDuration(Date.parse(lastSeenAt) - Date.parse(startedAt))}, last seen
            <span>
              <RelativeTime at={lastSeenAt} /> ago
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Tasks({ room }: { room: RoomData }) {
  const { tasks, reviewing } = room;
  return (
    <>
      {reviewing.totalCount > 0 && (
        <Panel title="Reviews" count={reviewing.totalCount}>
          <ul className="lines">
            {reviewing.nodes.map((task) => (
              <li key={task.id}>
                <TaskLine task={task}>
                  <RelativeTime at={task.updatedAt} />
                </TaskLine>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title="Finished" count={tasks.totalCount} empty="Nothing yet.">
        <ul className="lines">
          {tasks.nodes.map((task) => (
            <li key={task.id}>
              <TaskLine task={task}>
                {task.status === "CANCELLED" && <TaskState status={task.status} />}
                {task.startedAt && task.finishedAt && (
                  <span title="From its first start to its end">
                    took {formatDuration(Date.parse(task.finishedAt) - Date.parse(task.startedAt))}
                  </span>
                )}
                {task.finishedAt && (
                  <span>
                    <RelativeTime at={task.finishedAt} /> ago
                  </span>
                )}
              </TaskLine>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

function HistoryPanel({ agent }: { agent: string }) {
  const { api } = useSession();
  const { name } = useRoom();
  const log = useLog();
  const history = useMemo(() => new AgentHistory(api, log, name, agent), [api, log, name, agent]);
  const { events, since, hasOlder, searching, refusal } = useSyncExternalStore(history.subscribe, history.getSnapshot);
  return (
    <Panel title="History">
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      <ol className="log-lines" reversed>
        {actsOf(events).map((act) => (
          <ActLine key={act.head.cursor} act={act} dated />
        ))}
      </ol>
      <div className="padded agent-older">
        <p className="soft">
          {searching && "Searching the room’s log…"}
          {!searching &&
            !hasOlder &&
            (events.length === 0 ? "Nothing in the room’s log." : "That is the whole history.")}
          {!searching && hasOlder && since && `The room’s log was searched back to ${formatDateTime(since)}.`}
        </p>
        {hasOlder && !searching && (
          <button type="button" onClick={() => history.fetchOlder()}>
            Search further back
          </button>
        )}
      </div>
    </Panel>
  );
}
