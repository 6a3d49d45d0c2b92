import { useState } from "react";
import { FlowDocument, type FlowQuery, RootsDocument } from "../../api/documents";
import { Chart, type Span } from "../../components/chart/Chart";
import { Refused } from "../../components/ErrorMessage";
import { number, span } from "../../components/format";
import { Choice } from "../../components/SegmentedControl";
import { useRoom } from "../../layout/room";
import { ofKinds } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";
import { BurnUp } from "../objective/BurnUp";
import "./flow.css";

const concern = ofKinds("TASK_");
const ofRoots = ofKinds("OBJECTIVE_");

/** How far back, in steps of how long. */
const REACHES = {
  "1 h": { points: 30, stepSeconds: 120, per: "2 minutes" },
  "6 h": { points: 24, stepSeconds: 900, per: "15 minutes" },
  "24 h": { points: 24, stepSeconds: 3_600, per: "hour" },
  "7 d": { points: 28, stepSeconds: 21_600, per: "6 hours" },
  "30 d": { points: 30, stepSeconds: 86_400, per: "day" },
} as const;
type Reach = keyof typeof REACHES;
const KEPT = "goalroom.flow";

/** How work flows: what is done, how long it takes, how much is under way at a time. */
export default function Flow() {
  const { name } = useRoom();
  const [reach, setReach] = useState<Reach>(() => {
    const kept = sessionStorage.getItem(KEPT);
    return kept !== null && kept in REACHES ? (kept as Reach) : "24 h";
  });
  const { points, stepSeconds, per } = REACHES[reach];
  const { data, refusal, passing } = useLive(FlowDocument, { room: name, points, stepSeconds }, concern);

  const choose = (next: Reach) => {
    sessionStorage.setItem(KEPT, next);
    setReach(next);
  };

  return (
    <div className="flow">
      <div className="flow-head">
        <h1>Flow</h1>
        <Choice label="How far back" options={Object.keys(REACHES) as Reach[]} value={reach} onChoose={choose} />
      </div>
      {refusal && !refusal.passes && <Refused refusal={refusal} />}
      {!data?.room && !refusal && <p className="waiting">Opening…</p>}
      {data?.room && (
        <div className="flow-charts passing" data-passing={passing || undefined}>
          <Charts steps={data.room.flow} per={per} hours={stepSeconds / 3_600} />
          <BurnUps />
        </div>
      )}
    </div>
  );
}

function Charts({ steps, per, hours }: { steps: NonNullable<FlowQuery["room"]>["flow"]; per: string; hours: number }) {
  const spans = steps.map(inSpan);
  const done = steps.reduce((sum, step) => sum + step.done, 0);
  const cycles = steps.flatMap(({ cycleSeconds }) => cycleSeconds ?? []).sort((one, other) => one - other);
  const median = cycles[Math.floor(cycles.length / 2)];
  return (
    <>
      <Chart
        title="Tasks done"
        unit={`Tasks per ${per}`}
        spans={spans}
        open
        action={
          <span className="soft">
            {number(done)} in all, {number(Math.round((done / (steps.length * hours)) * 10) / 10)} an hour
          </span>
        }
        series={[
          { name: "Done", shape: "bars", tone: "done", values: steps.map((step) => step.done) },
          { name: "Made", shape: "dashes", tone: "soft", values: steps.map((step) => step.created) },
        ]}
      />
      <Chart
        title="Work in progress"
        unit="Tasks begun and not ended"
        spans={spans}
        open
        action={<span className="soft">{number(steps.at(-1)?.inProgress ?? 0)} now</span>}
        series={[{ name: "In progress", shape: "area", tone: "doing", values: steps.map((step) => step.inProgress) }]}
      />
      <Chart
        title="Cycle time"
        unit="From first start to done, median"
        measure="time"
        spans={spans}
        open
        action={
          <span className="soft">{median === undefined ? "nothing done" : `mostly ${span(median * 1_000)}`}</span>
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

function inSpan({ begins, ends }: { begins: string; ends: string }): Span {
  const from = Date.parse(begins);
  const to = Date.parse(ends);
  const day = new Date(from).toDateString() === new Date().toDateString() ? "" : `${DATE.format(from)}, `;
  const text = to - from >= DAY_MS ? DATE.format(from) : `${day}${CLOCK.format(from)}–${CLOCK.format(to)}`;
  return { from, to, text };
}

/** One objective of the top level at a time: that which is chosen, or the first that is under way. */
function BurnUps() {
  const { name } = useRoom();
  const { data } = useLive(RootsDocument, { room: name }, ofRoots);
  const [chosen, setChosen] = useState<string | null>(null);
  const roots = (data?.room?.objectives.nodes ?? []).filter(({ counts }) => counts.total > 0);
  const first = roots.find(({ status }) => status === "ACTIVE") ?? roots.at(-1);
  const objective = roots.find(({ id }) => id === chosen) ?? first;
  if (!objective) return null;
  return (
    <BurnUp
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
