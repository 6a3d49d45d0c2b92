import { useState } from "react";
import { FlowDocument, type FlowQuery, RootsDocument } from "../../api/documents";
import { Chart, type Interval } from "../../components/chart/Chart";
import { ErrorMessage } from "../../components/ErrorMessage";
import { SegmentedControl } from "../../components/forms/SegmentedControl";
import { formatDuration, formatNumber } from "../../components/text/format";
import { useRoom } from "../../layout/room";
import { eventKinds } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { BurnUp } from "../objective/BurnUp";
import "./flow.css";

const invalidatedBy = eventKinds("TASK_");
const objectiveChanges = eventKinds("OBJECTIVE_");

/** How far back the charts go, and how long each step is. */
const PERIODS = {
  "1 h": { points: 30, stepSeconds: 120, per: "2 minutes" },
  "6 h": { points: 24, stepSeconds: 900, per: "15 minutes" },
  "24 h": { points: 24, stepSeconds: 3_600, per: "hour" },
  "7 d": { points: 28, stepSeconds: 21_600, per: "6 hours" },
  "30 d": { points: 30, stepSeconds: 86_400, per: "day" },
} as const;
type Period = keyof typeof PERIODS;
const STORAGE_KEY = "goalroom.flow";

/** Charts over time: tasks done, work in progress, cycle time, and burn-up. */
export default function Flow() {
  const { name } = useRoom();
  const [period, setPeriod] = useState<Period>(() => {
    const saved = sessionStorage.getItem(STORAGE_KEY);
    return saved !== null && saved in PERIODS ? (saved as Period) : "24 h";
  });
  const { points, stepSeconds, per } = PERIODS[period];
  const { data, refusal, isPreviousData } = useLiveQuery(
    FlowDocument,
    { room: name, points, stepSeconds },
    invalidatedBy,
  );

  const choose = (next: Period) => {
    sessionStorage.setItem(STORAGE_KEY, next);
    setPeriod(next);
  };

  return (
    <div className="flow">
      <div className="flow-head">
        <h1>Flow</h1>
        <SegmentedControl
          label="How far back"
          options={Object.keys(PERIODS) as Period[]}
          value={period}
          onChange={choose}
        />
      </div>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!data?.room && !refusal && <p className="placeholder">Loading…</p>}
      {data?.room && (
        <div className="flow-charts" data-previous={isPreviousData || undefined}>
          <Charts steps={data.room.flow} per={per} hours={stepSeconds / 3_600} />
          <BurnUps />
        </div>
      )}
    </div>
  );
}

function Charts({ steps, per, hours }: { steps: NonNullable<FlowQuery["room"]>["flow"]; per: string; hours: number }) {
  const intervals = steps.map(toInterval);
  const done = steps.reduce((sum, step) => sum + step.done, 0);
  const cycles = steps.flatMap(({ cycleSeconds }) => cycleSeconds ?? []).sort((one, other) => one - other);
  const median = cycles[Math.floor(cycles.length / 2)];
  return (
    <>
      <Chart
        title="Tasks done"
        unit={`Tasks per ${per}`}
        intervals={intervals}
        open
        tall
        action={
          <span className="soft">
            {formatNumber(done)} in all, {formatNumber(Math.round((done / (steps.length * hours)) * 10) / 10)} an hour
          </span>
        }
        series={[
          { name: "Done", shape: "bars", tone: "done", values: steps.map((step) => step.done) },
          { name: "Created", shape: "dashes", tone: "soft", values: steps.map((step) => step.created) },
        ]}
      />
      <Chart
        title="Work in progress"
        unit="Tasks started and not finished"
        intervals={intervals}
        open
        tall
        action={<span className="soft">{formatNumber(steps.at(-1)?.inProgress ?? 0)} now</span>}
        series={[{ name: "In progress", shape: "area", tone: "doing", values: steps.map((step) => step.inProgress) }]}
      />
      <Chart
        title="Cycle time"
        unit="From first start to done, median"
        measure="time"
        intervals={intervals}
        open
        tall
        action={
          <span className="soft">
            {median === undefined ? "nothing done" : `median ${formatDuration(median * 1_000)}`}
          </span>
        }
        series={[
          {
            name: "Median",
            shape: "dots",
            tone: "review",
            values: steps.map(({ cycleSeconds }) => (cycleSeconds == null ? null : cycleSeconds * 1_000)),
          },
        ]}
      />
    </>
  );
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const DAY_MS = 86_400_000;

function toInterval({ begins, ends }: { begins: string; ends: string }): Interval {
  const from = Date.parse(begins);
  const to = Date.parse(ends);
  const day = new Date(from).toDateString() === new Date().toDateString() ? "" : `${DATE.format(from)}, `;
  const text = to - from >= DAY_MS ? DATE.format(from) : `${day}${CLOCK.format(from)}–${CLOCK.format(to)}`;
  return { from, to, text };
}

/** The burn-up of one top-level objective: the chosen one, or the first that is active. */
function BurnUps() {
  const { name } = useRoom();
  const { data } = useLiveQuery(RootsDocument, { room: name }, objectiveChanges);
  const [chosen, setChosen] = useState<string | null>(null);
  const roots = (data?.room?.objectives.nodes ?? []).filter(({ counts }) => counts.total > 0);
  const first = roots.find(({ status }) => status === "ACTIVE") ?? roots.at(-1);
  const objective = roots.find(({ id }) => id === chosen) ?? first;
  if (!objective) return null;
  return (
    <BurnUp
      tall
      objective={objective.id}
      action={
        <select aria-label="Objective" value={objective.id} onChange={(event) => setChosen(event.target.value)}>
          {roots.map(({ id, title }) => (
            <option key={id} value={id}>
              {id} {title}
            </option>
          ))}
        </select>
      }
    />
  );
}
