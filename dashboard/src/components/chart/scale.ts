import { formatDuration, formatNumber } from "../text/format";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [1, 5, 15, 30].map((count) => count * SECOND);
STEPS.push(...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE));
STEPS.push(...[1, 2, 3, 6, 12].map((count) => count * HOUR));
STEPS.push(...[1, 2, 7, 14, 28, 84, 365].map((count) => count * DAY));

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const SECONDS = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** What values measure: a count, or a duration in milliseconds. */
export type Measure = "count" | "time";

export function formatValue(value: number, measure: Measure): string {
  return measure === "count" ? formatNumber(value) : formatDuration(value);
}

/** About four round values, from 0 up to one that is at least `max`. */
export function valueTicks(max: number, measure: Measure): readonly Tick[] {
  const step = measure === "count" ? roundCount(max / 4) : (STEPS.find((one) => one >= max / 4) ?? 365 * DAY);
  const text = measure === "count" ? formatNumber : inUnitOf(step);
  const ticks: Tick[] = [];
  for (let at = 0; ; at += step) {
    ticks.push({ at, text: text(at) });
    if (at >= max && at > 0) return ticks;
  }
}

/** The same unit for all ticks. */
function inUnitOf(step: number): (at: number) => string {
  if (step < MINUTE) return (at) => `${at / SECOND} s`;
  if (step < HOUR) return (at) => `${at / MINUTE} min`;
  if (step < DAY) return (at) => `${at / HOUR} h`;
  return (at) => `${at / DAY} d`;
}

function roundCount(step: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1)));
  return [1, 2, 5, 10].map((times) => times * power).find((one) => one >= step) ?? power;
}

/** Round times in the reader's time zone, at most about `max` of them. */
export function timeTicks(from: number, to: number, max: number): readonly Tick[] {
  const step = STEPS.find((one) => (to - from) / one <= max) ?? 365 * DAY;
  const text = step < MINUTE ? SECONDS : step < DAY ? CLOCK : DATE;
  const offset = new Date(from).getTimezoneOffset() * MINUTE;
  const ticks: Tick[] = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at <= to; at += step) {
    const midnight = step < DAY && new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
    ticks.push({ at, text: (midnight ? DATE : text).format(at) });
  }
  return ticks;
}

/** About how wide a character of an axis is. */
export const CHARACTER_EM = 0.55;
const GAP_EM = 0.8;

/** Those of the ticks whose texts don't overlap the one before, each in the middle of where it is drawn. */
export function spread(ticks: readonly Tick[], middleOf: (tick: Tick) => number, em: number): readonly Tick[] {
  const kept: Tick[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const tick of ticks) {
    const half = (tick.text.length * CHARACTER_EM * em) / 2;
    const middle = middleOf(tick);
    if (middle - half < end) continue;
    kept.push(tick);
    end = middle + half + GAP_EM * em;
  }
  return kept;
}
