import { type ReactNode, useMemo, useState } from "react";
import { Link } from "wouter";
import { DigestDocument, type DigestQuery, type DigestTaskFragment } from "../../api/documents";
import { PresenceDot } from "../../components/agents/PresenceDot";
import { ErrorMessage } from "../../components/ErrorMessage";
import { SegmentedControl } from "../../components/forms/SegmentedControl";
import { Panel } from "../../components/Panel";
import { TaskLine } from "../../components/tasks/TaskLine";
import { TaskState } from "../../components/tasks/TaskState";
import { formatCount, formatDateTime, formatDuration, formatNumber } from "../../components/text/format";
import { InlineMarkdown } from "../../components/text/Markdown";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { agentEvents, anyOf, eventKinds, taskEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { CopyMarkdown } from "./CopyMarkdown";
import "./digest.css";

type DigestData = NonNullable<DigestQuery["room"]>["digest"];

const invalidatedBy = anyOf(taskEvents, agentEvents, eventKinds("DIGEST_POSTED"));
const HOUR_MS = 3_600_000;
const PERIODS = { "Since the last digest": null, "8 h": 8, "24 h": 24, "7 d": 168 } as const;
type Period = keyof typeof PERIODS;

/** What was done since a point in time, and what is stuck now. */
export default function Digest() {
  const { name } = useRoom();
  const [period, setPeriod] = useState<Period>("8 h");
  const hours = PERIODS[period];
  // Fixed when the period is chosen, so that the digest only grows.
  const since = useMemo(() => (hours === null ? null : new Date(Date.now() - hours * HOUR_MS).toISOString()), [hours]);
  const { data, refusal, isPreviousData } = useLiveQuery(DigestDocument, { room: name, since }, invalidatedBy);
  const digest = data?.room?.digest;

  return (
    <div className="digest">
      <div className="digest-head">
        <h1>Digest</h1>
        <SegmentedControl
          label="Since when"
          options={Object.keys(PERIODS) as Period[]}
          value={period}
          onChange={setPeriod}
        />
      </div>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!digest && !refusal && <p className="placeholder">Loading…</p>}
      {digest && (
        <div className="digest-body" data-previous={isPreviousData || undefined}>
          <Summary digest={digest} />
          <div className="digest-columns">
            <div>
              <Completed digest={digest} />
            </div>
            <div>
              <Stuck digest={digest} />
              <Tasks
                title="Waiting for review"
                tasks={digest.inReview}
                total={digest.totals.inReview}
                empty="Nothing waits for a reviewer."
              >
                {(task) => (
                  <>
                    by {task.assignee?.name ?? "nobody"}
                    {task.reviewer ? `, for ${task.reviewer.name}` : ", for anyone"}
                  </>
                )}
              </Tasks>
              <ActiveAgents digest={digest} />
              <CopyMarkdown text={digest.markdown} />
            </div>
          </div>
        </div>
      )}
    </div>
  );
}

function Summary({ digest }: { digest: DigestData }) {
  const { counts, totals } = digest;
  const open = counts.todo + counts.doing + counts.blocked + counts.validating;
  return (
    <section className="panel digest-summary" aria-label="Summary">
      <p className="digest-lead">
        <b>{formatNumber(totals.completed)}</b> done
        {totals.reclaimed > 0 && (
          <>
            , <b>{formatNumber(totals.reclaimed)}</b> reclaimed
          </>
        )}
        . <b>{formatNumber(open)}</b> still open: {formatNumber(counts.doing)} in progress, {formatNumber(counts.ready)}{" "}
        ready, {formatNumber(counts.validating)} in review, {formatNumber(counts.blocked)} blocked,{" "}
        {formatNumber(counts.stale)} stale.
      </p>
      <p className="soft">
        From {formatDateTime(digest.since)} to {formatDateTime(digest.until)}
      </p>
    </section>
  );
}

function Completed({ digest: { completed, totals } }: { digest: DigestData }) {
  return (
    <Tasks title="Done" tasks={[...completed].reverse()} total={totals.completed} empty="Nothing was finished.">
      {(task) => {
        const { assignee, startedAt, finishedAt } = task;
        const took = startedAt && finishedAt ? formatDuration(Date.parse(finishedAt) - Date.parse(startedAt)) : null;
        return [assignee && `by ${assignee.name}`, took && `in ${took}`].filter(Boolean).join(", ");
      }}
    </Tasks>
  );
}

function Stuck({ digest: { stale, reclaimed, blocked, totals } }: { digest: DigestData }) {
  return (
    <>
      <Tasks title="Stale" tasks={stale} total={totals.stale} empty="Nothing is stale.">
        {(task) => `No progress from ${task.assignee?.name ?? "its assignee"}.`}
      </Tasks>
      {reclaimed.length > 0 && (
        <Tasks title="Reclaimed" tasks={[...reclaimed].reverse()} total={totals.reclaimed} empty="" withStatus>
          {(task) => task.assignee && `${task.status === "DONE" ? "Done by" : "Now with"} ${task.assignee.name}.`}
        </Tasks>
      )}
      <Tasks title="Blocked" tasks={blocked} total={totals.blocked} empty="Nothing is blocked.">
        {(task) => task.waitingOn[0]?.reason ?? ""}
      </Tasks>
    </>
  );
}

interface TasksProps<Task extends DigestTaskFragment> {
  readonly title: string;
  readonly tasks: readonly Task[];
  /** How many there are, of which a digest lists some. */
  readonly total: number;
  readonly empty: string;
  /** Show the present status of each task. */
  readonly withStatus?: boolean;
  readonly children: (task: Task) => ReactNode;
}

const COLLAPSED = 12;

function Tasks<Task extends DigestTaskFragment>({
  title,
  tasks,
  total,
  empty,
  withStatus = false,
  children,
}: TasksProps<Task>) {
  const [all, setAll] = useState(false);
  const shown = all ? tasks : tasks.slice(0, COLLAPSED);
  return (
    <Panel title={title} count={total} empty={empty}>
      {tasks.length < total && <p className="padded soft">Only the first {formatNumber(tasks.length)} are listed.</p>}
      <ul className="lines">
        {shown.map((task) => {
          const more = children(task);
          return (
            <li key={task.id}>
              <TaskLine task={task}>
                {withStatus && <TaskState status={task.status} />}
                <span>
                  <RelativeTime at={task.finishedAt ?? task.updatedAt} /> ago
                </span>
              </TaskLine>
              {more && <p className="soft">{typeof more === "string" ? <InlineMarkdown text={more} /> : more}</p>}
            </li>
          );
        })}
      </ul>
      {tasks.length > shown.length && (
        <p className="digest-more">
          <button type="button" onClick={() => setAll(true)}>
            Show all {formatNumber(tasks.length)}
          </button>
        </p>
      )}
    </Panel>
  );
}

function ActiveAgents({ digest: { agents } }: { digest: DigestData }) {
  const { to } = useRoom();
  return (
    <Panel title="Active agents" count={agents.length} empty="None.">
      <ul className="digest-agents" aria-label={formatCount(agents.length, "agent")}>
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
