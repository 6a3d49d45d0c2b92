import type { ReactNode } from "react";
import { BurnUpDocument } from "../../api/documents";
import { Chart, type Span } from "../../components/chart/Chart";
import { Refused } from "../../components/ErrorMessage";
import { fullTime, percent } from "../../components/format";
import { ofObjectives } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";

const POINTS = 40;

/** How an objective came this far: what there was to do, and how much of it was done. */
export function BurnUp({ objective, action }: { objective: string; action?: ReactNode }) {
  const { data, refusal, passing } = useLive(BurnUpDocument, { id: objective, points: POINTS }, ofObjectives);
  const marks = data?.objective?.burnUp;
  if (!marks) return refusal ? <Refused refusal={refusal} /> : <p className="waiting">Opening…</p>;
  const spans: readonly Span[] = marks.map(({ at }) => ({
    from: Date.parse(at),
    to: Date.parse(at),
    text: fullTime(at),
  }));
  const now = marks.at(-1);
  return (
    <div className="passing" data-passing={passing || undefined}>
      <Chart
        title="Burn-up"
        unit="Tasks"
        spans={spans}
        action={
          action ?? (
            <span className="soft">
              {now && now.tasks > 0 ? `${percent(now.done / now.tasks)} of its tasks are done` : "no tasks yet"}
            </span>
          )
        }
        series={[
          { name: "To reach", shape: "dashes", tone: "soft", values: marks.map(({ tasks }) => tasks) },
          { name: "Done", shape: "area", tone: "done", values: marks.map(({ done }) => done) },
        ]}
      />
    </div>
  );
}
