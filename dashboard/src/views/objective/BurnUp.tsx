import type { ReactNode } from "react";
import { BurnUpDocument } from "../../api/documents";
import { Chart, type Interval } from "../../components/chart/Chart";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatDateTime, formatPercent } from "../../components/text/format";
import { objectiveEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";

const POINTS = 40;

/** The tasks of an objective over time, and how many of them were done. */
export function BurnUp({ objective, tall = false, action }: { objective: string; tall?: boolean; action?: ReactNode }) {
  const { data, refusal, isPreviousData } = useLiveQuery(
    BurnUpDocument,
    { id: objective, points: POINTS },
    objectiveEvents,
  );
  const points = data?.objective?.burnUp;
  if (!points) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  const intervals: readonly Interval[] = points.map(({ at }) => ({
    from: Date.parse(at),
    to: Date.parse(at),
    text: formatDateTime(at),
  }));
  const now = points.at(-1);
  return (
    <div data-previous={isPreviousData || undefined}>
      <Chart
        title="Burn-up"
        unit="Tasks"
        intervals={intervals}
        tall={tall}
        action={
          action ?? (
            <span className="soft">
              {now && now.tasks > 0 ? `${formatPercent(now.done / now.tasks)} of its tasks are done` : "no tasks yet"}
            </span>
          )
        }
        series={[
          { name: "Total", shape: "dashes", tone: "soft", values: points.map(({ tasks }) => tasks) },
          { name: "Done", shape: "area", tone: "done", values: points.map(({ done }) => done) },
        ]}
      />
    </div>
  );
}
