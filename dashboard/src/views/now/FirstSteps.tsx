import { lazy, type ReactNode, Suspense, useState } from "react";
import { Link } from "wouter";
import { FirstAgentsDocument, type NowQuery } from "../../api/documents";
import { PresenceDot } from "../../components/agents/PresenceDot";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { agentEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";

const AddObjective = lazy(() => import("../tree/AddObjective").then((module) => ({ default: module.AddObjective })));
const ConnectAgent = lazy(() => import("../agents/ConnectAgent").then((module) => ({ default: module.ConnectAgent })));

type Room = NonNullable<NowQuery["room"]>;

/** What to do in a room where no work has begun: until it has, and whoever saw it begin closes this. */
export function FirstSteps({ room: { counts, objectives } }: { room: Room }) {
  const { canWrite } = useSession();
  const begun = counts.total - counts.todo > 0;
  const [isNew] = useState(!begun);
  const [closed, setClosed] = useState(false);
  if (!isNew || closed || !canWrite) return null;
  return <Steps hasGoal={objectives.totalCount + counts.total > 0} begun={begun} onClose={() => setClosed(true)} />;
}

interface StepsProps {
  readonly hasGoal: boolean;
  readonly begun: boolean;
  readonly onClose: () => void;
}

function Steps({ hasGoal, begun, onClose }: StepsProps) {
  const room = useRoom();
  const { role } = useSession();
  const { data } = useLiveQuery(FirstAgentsDocument, { room: room.name }, agentEvents);
  const [dialog, setDialog] = useState<"goal" | "agent" | null>(null);
  const agents = (data?.agents ?? []).filter(({ kind }) => kind === "AGENT");
  const here = agents.filter(({ presence }) => presence !== "OFFLINE");
  const seen = [...agents].sort((one, other) => (other.lastSeenAt ?? "").localeCompare(one.lastSeenAt ?? ""))[0];
  return (
    <section className="panel first-steps" aria-labelledby="first-steps">
      <header>
        <h2 id="first-steps">Start here</h2>
        {begun && (
          <button type="button" onClick={onClose}>
            Close
          </button>
        )}
      </header>
      <ol>
        <Step number={1} done={hasGoal} title="Set a goal">
          <p>Say what is to be reached. Tasks under it say how, and agents can break it down themselves.</p>
          <div className="actions">
            <button type="button" className={hasGoal ? "" : "primary"} onClick={() => setDialog("goal")}>
              New objective
            </button>
            <Link href={room.to("board")}>Tasks</Link>
          </div>
        </Step>
        <Step number={2} done={agents.length > 0} title="Connect an agent">
          <p>Claude Code, Codex, Cursor, or a program of your own: each gets a token and a few lines to paste.</p>
          {role === "ADMIN" ? (
            <div className="actions">
              <button
                type="button"
                className={hasGoal && agents.length === 0 ? "primary" : ""}
                onClick={() => setDialog("agent")}
              >
                Connect an agent
              </button>
            </div>
          ) : (
            <p className="soft">An admin does it, under Agents.</p>
          )}
        </Step>
        <Step number={3} done={begun} title="Watch it arrive">
          {here.length > 0 ? (
            <ul>
              {here.map(({ id, name, presence }) => (
                <li key={id} className="agents-name">
                  <PresenceDot presence={presence} /> <Link href={room.to("agents", name)}>{name}</Link> is online
                </li>
              ))}
            </ul>
          ) : (
            <p className="first-steps-listening" role="status">
              {seen?.lastSeenAt ? (
                <>
                  {seen.name} was last seen <RelativeTime at={seen.lastSeenAt} /> ago.
                </>
              ) : (
                "Listening: its first request appears here."
              )}
            </p>
          )}
          {begun && <p>Work has begun.</p>}
        </Step>
      </ol>
      <Suspense>
        {dialog === "goal" && <AddObjective parent={null} onClose={() => setDialog(null)} />}
        {dialog === "agent" && <ConnectAgent kind="AGENT" onClose={() => setDialog(null)} />}
      </Suspense>
    </section>
  );
}

interface StepProps {
  readonly number: number;
  readonly done: boolean;
  readonly title: string;
  readonly children: ReactNode;
}

function Step({ number, done, title, children }: StepProps) {
  return (
    <li data-done={done || undefined}>
      <h3>
        <span className="first-steps-number" aria-hidden="true">
          {done ? "✓" : number}
        </span>
        {title}
        {done && <span className="visually-hidden">, done</span>}
      </h3>
      {children}
    </li>
  );
}
