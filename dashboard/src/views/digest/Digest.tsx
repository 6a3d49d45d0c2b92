import { type ReactNode, useMemo, useState } from "react";
import { Link } from "wouter";
import { DigestDocument, type DigestQuery, type ToldFragment } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { fullTime, number, plural, span } from "../../components/format";
import { Panel } from "../../components/Panel";
import { PresenceDot } from "../../components/PresenceDot";
import { Ago } from "../../components/RelativeTime";
import { Choice } from "../../components/SegmentedControl";
import { TaskLine } from "../../components/TaskLine";
import { TaskState } from "../../components/TaskState";
import { useRoom } from "../../layout/room";
import { anyOf, ofAgents, ofKinds, ofTasks } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";
import { Markdown } from "./CopyMarkdown";
import "./digest.css";

type Told = NonNullable<DigestQuery["room"]>["digest"];

const concern = anyOf(ofTasks, ofAgents, ofKinds("DIGEST_POSTED"));
const HOUR_MS = 3_600_000;
const REACHES = { "Since the last": null, "8 h": 8, "24 h": 24, "7 d": 168 } as const;
type Reach = keyof typeof REACHES;

/** What happened while nobody looked, and what is stuck now. */
export default function Digest() {
  const { name } = useRoom();
  const [reach, setReach] = useState<Reach>("8 h");
  const hours = REACHES[reach];
  // From when it was chosen: what is shown only grows.
  const since = useMemo(() => (hours === null ? null : new Date(Date.now() - hours * HOUR_MS).toISOString()), [hours]);
  const { data, refusal, passing } = useLive(DigestDocument, { room: name, since }, concern);
  const digest = data?.room?.digest;

  return (
    <div className="digest">
      <div className="digest-head">
        <h1>Digest</h1>
        <Choice label="Since when" options={Object.keys(REACHES) as Reach[]} value={reach} onChoose={setReach} />
      </div>
      {refusal && !refusal.passes && <Refused refusal={refusal} />}
      {!digest && !refusal && <p className="waiting">Opening…</p>}
      {digest && (
        <div className="digest-body" data-passing={passing || undefined}>
          <Summary digest={digest} />
          <div className="digest-columns">
            <div>
              <Completed digest={digest} />
            </div>
            <div>
              <Stuck digest={digest} />
              <Tasks title="Waiting for review" tasks={digest.inReview} empty="Nothing waits for a reviewer.">
                {(task) => (
                  <>
                    by {task.assignee?.name ?? "nobody"}
                    {task.reviewer ? `, for ${task.reviewer.name}` : ", for anyone"}
                  </>
                )}
              </Tasks>
              <Who digest={digest} />
              <Markdown text={digest.markdown} />
            </div>
          </div>
        </div>
      )}
    </div>
  );
}

/** Lists of a digest end here: there may be more. */
const MOST = 200;

function count(tasks: readonly unknown[]): string {
  return tasks.length < MOST ? number(tasks.length) : `${number(MOST)} or more`;
}

function Summary({ digest }: { digest: Told }) {
  const { counts, completed, reclaimed } = digest;
  const open = counts.todo + counts.doing + counts.blocked + counts.validating;
  return (
    <section className="panel digest-summary" aria-label="In short">
      <p className="digest-lead">
        <b>{count(completed)}</b> done
        {reclaimed.length > 0 && (
          <>
            , <b>{count(reclaimed)}</b> taken back
          </>
        )}
        . <b>{number(open)}</b> still open: {number(counts.doing)} under way, {number(counts.ready)} ready,{" "}
        {number(counts.validating)} in review, {number(counts.blocked)} blocked, {number(counts.stale)} stale.
      </p>
      <p className="soft">
        From {fullTime(digest.since)} to {fullTime(digest.until)}
      </p>
    </section>
  );
}

function Completed({ digest: { completed } }: { digest: Told }) {
  return (
    <Tasks title="Done" tasks={[...completed].reverse()} empty="Nothing was finished.">
      {(task) => {
        const { assignee, startedAt, finishedAt } = task;
        const took = startedAt && finishedAt ? span(Date.parse(finishedAt) - Date.parse(startedAt)) : null;
        return [assignee && `by ${assignee.name}`, took && `in ${took}`].filter(Boolean).join(", ");
      }}
    </Tasks>
  );
}

function Stuck({ digest: { stale, reclaimed, blocked } }: { digest: Told }) {
  return (
    <>
      <Tasks title="Stale" tasks={stale} empty="Nobody is silent.">
        {(task) => `No word from ${task.assignee?.name ?? "its holder"}.`}
      </Tasks>
      {reclaimed.length > 0 && (
        <Tasks title="Taken back" tasks={[...reclaimed].reverse()} empty="" state>
          {(task) => task.assignee && `${task.status === "DONE" ? "Done by" : "Now with"} ${task.assignee.name}.`}
        </Tasks>
      )}
      <Tasks title="Blocked" tasks={blocked} empty="Nothing is blocked.">
        {(task) => task.waitingOn[0]?.reason ?? ""}
      </Tasks>
    </>
  );
}

interface TasksProps<One extends ToldFragment> {
  readonly title: string;
  readonly tasks: readonly One[];
  readonly empty: string;
  /** Whether it is said where each stands now. */
  readonly state?: boolean;
  readonly children: (task: One) => ReactNode;
}

const SHOWN = 12;

function Tasks<One extends ToldFragment>({ title, tasks, empty, state = false, children }: TasksProps<One>) {
  const [all, setAll] = useState(false);
  const shown = all ? tasks : tasks.slice(0, SHOWN);
  return (
    <Panel title={title} count={tasks.length} empty={empty}>
      {tasks.length >= MOST && <p className="padded soft">Only the first {MOST} since then are listed.</p>}
      <ul className="lines">
        {shown.map((task) => {
          const more = children(task);
          return (
            <li key={task.id}>
              <TaskLine task={task}>
                {state && <TaskState status={task.status} />}
                <span>
                  <Ago at={task.finishedAt ?? task.updatedAt} /> ago
                </span>
              </TaskLine>
              {more && <p className="soft">{more}</p>}
            </li>
          );
        })}
      </ul>
      {tasks.length > shown.length && (
        <p className="digest-more">
          <button type="button" onClick={() => setAll(true)}>
            Show all {number(tasks.length)}
          </button>
        </p>
      )}
    </Panel>
  );
}

function Who({ digest: { agents } }: { digest: Told }) {
  const { to } = useRoom();
  return (
    <Panel title="Heard of" count={agents.length} empty="Nobody was.">
      <ul className="digest-agents" aria-label={plural(agents.length, "agent")}>
        {agents.map(({ id, name, presence }) => (
          <li key={id}>
            <PresenceDot presence={presence} />
            <Link href={to("agents", name)}>{name}</Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
