import { useState } from "react";
import { type InsightStatus, InsightsDocument } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { SegmentedControl } from "../../components/forms/SegmentedControl";
import { TaskLine } from "../../components/tasks/TaskLine";
import { TaskState } from "../../components/tasks/TaskState";
import { formatCount, formatNumber } from "../../components/text/format";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { insightEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { Dismiss } from "./Dismiss";
import type { Insight } from "./insight";
import { Promote } from "./Promote";
import { Reflection } from "./Reflection";
import "./insights.css";

const STATUSES: Record<string, InsightStatus> = { Open: "OPEN", "Became tasks": "PROMOTED", Dismissed: "DISMISSED" };
const EMPTY: Record<InsightStatus, string> = {
  OPEN: "No insights yet. One is found when agents that are not related say the same in their reflections.",
  PROMOTED: "No insight became a task yet.",
  DISMISSED: "No insight was dismissed.",
};
const FIRST_PAGE = 20;
const MAX = 100;

/** What several agents learned alike, best first, and what is done about it. */
export default function Insights() {
  const { name } = useRoom();
  const [shown, setShown] = useState("Open");
  const [first, setFirst] = useState(FIRST_PAGE);
  const status = STATUSES[shown] ?? "OPEN";
  const { data, refusal, isPreviousData } = useLiveQuery(
    InsightsDocument,
    { room: name, status, first },
    insightEvents,
  );
  const insights = data?.room?.insights;

  return (
    <div className="stack">
      <header className="view-head">
        <h1>Insights</h1>
        <SegmentedControl label="Which insights" options={Object.keys(STATUSES)} value={shown} onChange={setShown} />
      </header>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!insights && !refusal && <p className="placeholder">Loading…</p>}
      {insights && (
        <div className="stack" data-previous={isPreviousData || undefined}>
          {insights.nodes.length === 0 && <p className="soft">{EMPTY[status]}</p>}
          {insights.nodes.map((insight) => (
            <InsightCard key={insight.id} insight={insight} />
          ))}
          {insights.totalCount > insights.nodes.length &&
            (first < MAX ? (
              <button type="button" onClick={() => setFirst(MAX)}>
                Show more
              </button>
            ) : (
              <p className="soft">The best {formatNumber(insights.nodes.length)} are shown.</p>
            ))}
        </div>
      )}
    </div>
  );
}

function InsightCard({ insight }: { insight: Insight }) {
  const { title, agents, reflections, createdAt, score, reason, task } = insight;
  return (
    <article className="panel entry" aria-label={title}>
      <h2>
        <span className="id">{insight.id}</span> {title}
      </h2>
      <p className="facts soft">
        <span>
          {formatCount(reflections.length, "reflection")} of {agents.map(({ name }) => name).join(", ")}
        </span>
        <span>
          found <RelativeTime at={createdAt} /> ago
        </span>
        <span title="Grows with the agents that say it and with their reflections, and halves with each week without a new one">
          score {formatNumber(score)}
        </span>
      </p>
      {reason && <p>Dismissed: {reason}</p>}
      {task && (
        <TaskLine task={task}>
          <TaskState status={task.status} ready={task.ready} stale={task.stale} />
        </TaskLine>
      )}
      <details>
        <summary>Reflections</summary>
        <ul className="rows">
          {reflections.map((reflection) => (
            <Reflection key={reflection.id} reflection={reflection} />
          ))}
        </ul>
      </details>
      <InsightActions insight={insight} />
    </article>
  );
}

function InsightActions({ insight }: { insight: Insight }) {
  const { canWrite } = useSession();
  const [dialog, setDialog] = useState<"promote" | "dismiss" | null>(null);
  const close = () => setDialog(null);
  if (insight.status !== "OPEN" || !canWrite) return null;
  return (
    <div className="actions">
      <button type="button" className="primary" onClick={() => setDialog("promote")}>
        Make a task
      </button>
      <button type="button" onClick={() => setDialog("dismiss")}>
        Dismiss
      </button>
      {dialog === "promote" && <Promote insight={insight} onClose={close} />}
      {dialog === "dismiss" && <Dismiss insight={insight} onClose={close} />}
    </div>
  );
}
