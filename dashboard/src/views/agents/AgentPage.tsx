import { useMemo, useSyncExternalStore } from "react";
import { Link } from "wouter";
import { AgentPageDocument, type AgentPageQuery } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { day, fullTime, plural, span } from "../../components/format";
import { Panel } from "../../components/Panel";
import { PresenceDot } from "../../components/PresenceDot";
import { Ago } from "../../components/RelativeTime";
import { TaskLine } from "../../components/TaskLine";
import { TaskState } from "../../components/TaskState";
import { useRoom } from "../../layout/room";
import { anyOf, ofAgents, ofDoings, ofTasks } from "../../log/invalidation";
import { LogLine } from "../../log/LogLine";
import { useLive, useLog } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { Doing } from "./Activity";
import { History } from "./agent-history";
import { Held } from "./HeldTasks";

type Agent = NonNullable<AgentPageQuery["agent"]>;
type OpenRoom = NonNullable<AgentPageQuery["room"]>;

const concern = anyOf(ofAgents, ofDoings, ofTasks);

/** One agent: what it does, holds and did. `agent` is its name or id. */
export function AgentPage({ agent: asked }: { agent: string }) {
  const room = useRoom();
  const { data, refusal } = useLive(AgentPageDocument, { agent: asked, name: asked, room: room.name }, concern);
  const agent = data?.agent;

  return (
    <div className="agent">
      <nav className="crumbs" aria-label="Where it stands">
        <Link href={room.to("agents")}>Agents</Link>
        {agent?.parent && <Link href={room.to("agents", agent.parent.name)}>{agent.parent.name}</Link>}
      </nav>
      {refusal && !refusal.passes && <Refused refusal={refusal} />}
      {!data && !refusal && <p className="waiting">Opening…</p>}
      {data && !agent && <p className="waiting">There is nobody of this name.</p>}
      {agent && data.room && (
        <>
          <Head agent={agent} room={data.room} />
          <div className="agent-columns">
            <div>
              <Panel title="Holds" count={agent.tasks.length} empty="Nothing.">
                <div className="padded">
                  <Held tasks={agent.tasks} />
                </div>
              </Panel>
              <Sessions agent={agent} />
              <Work room={data.room} />
            </div>
            <Past agent={agent.name} />
          </div>
        </>
      )}
    </div>
  );
}

function Head({ agent, room }: { agent: Agent; room: OpenRoom }) {
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
              , heard <Ago at={agent.lastSeenAt} /> ago
            </>
          )}
        </span>
        {agent.name !== me.name && (
          <Link className="agent-write" href={to("room", `@${agent.name}`)}>
            Write to {agent.name}
          </Link>
        )}
      </div>
      {agent.description && <p>{agent.description}</p>}
      <dl className="agent-facts">
        <div>
          <dt>Does</dt>
          <dd>
            <Doing activity={agent.activity ?? null} />
          </dd>
        </div>
        {agent.capabilities.length > 0 && (
          <div>
            <dt>Can</dt>
            <dd className="agent-tags">
              {agent.capabilities.map((one) => (
                <span key={one} className="tag">
                  {one}
                </span>
              ))}
            </dd>
          </div>
        )}
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
          <dt>Here since</dt>
          <dd title={fullTime(agent.createdAt)}>{day(agent.createdAt)}</dd>
        </div>
      </dl>
    </section>
  );
}

const SESSIONS_SHOWN = 6;

function Sessions({ agent }: { agent: Agent }) {
  const earlier = agent.sessions.slice(SESSIONS_SHOWN);
  return (
    <Panel title="Sessions" count={agent.sessions.length} empty="None was heard of.">
      <SessionLines sessions={agent.sessions.slice(0, SESSIONS_SHOWN)} />
      {earlier.length > 0 && (
        <details className="agent-earlier">
          <summary>{plural(earlier.length, "earlier session")}</summary>
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
            {presence === "OFFLINE" ? "ran for" : "runs for"} {span(Date.parse(lastSeenAt) - Date.parse(startedAt))},
            heard
            <span>
              <Ago at={lastSeenAt} /> ago
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Work({ room }: { room: OpenRoom }) {
  const { tasks, reviewing } = room;
  return (
    <>
      {reviewing.totalCount > 0 && (
        <Panel title="Reviews" count={reviewing.totalCount}>
          <ul className="lines">
            {reviewing.nodes.map((task) => (
              <li key={task.id}>
                <TaskLine task={task}>
                  <Ago at={task.updatedAt} />
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
                    took {span(Date.parse(task.finishedAt) - Date.parse(task.startedAt))}
                  </span>
                )}
                {task.finishedAt && (
                  <span>
                    <Ago at={task.finishedAt} /> ago
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

function Past({ agent }: { agent: string }) {
  const { api } = useSession();
  const { name } = useRoom();
  const log = useLog();
  const history = useMemo(() => new History(api, log, name, agent), [api, log, name, agent]);
  const { events, since, more, looking, refusal } = useSyncExternalStore(history.listen, history.state);
  return (
    <Panel title="History">
      {refusal && !refusal.passes && <Refused refusal={refusal} />}
      <ol className="log-lines" reversed>
        {events.map((event) => (
          <LogLine key={event.cursor} event={event} />
        ))}
      </ol>
      <div className="padded agent-further">
        <p className="soft">
          {looking && "Looking through the room’s log…"}
          {!looking && !more && (events.length === 0 ? "Nothing in the room’s log." : "That is all of it.")}
          {!looking && more && since && `The room’s log was looked through since ${fullTime(since)}.`}
        </p>
        {more && !looking && (
          <button type="button" onClick={() => history.lookFurther()}>
            Look further back
          </button>
        )}
      </div>
    </Panel>
  );
}
