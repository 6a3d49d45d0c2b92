import { number, span } from "../format";

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

/** What values are: a count, or how long something took, in milliseconds. */
export type Measure = "count" | "time";

export function inWords(value: number, measure: Measure): string {
  return measure === "count" ? number(value) : span(value);
}

/** Round values from 0 up to one that no value passes; four of them, about. */
export function valueTicks(most: number, measure: Measure): readonly Tick[] {
  const step = measure === "count" ? roundCount(most / 4) : (STEPS.find((one) => one >= most / 4) ?? 365 * DAY);
  const text = measure === "count" ? number : inUnitOf(step);
  const ticks: Tick[] = [];
  for (let at = 0; ; at += step) {
    ticks.push({ at, text: text(at) });
    if (at >= most && at > 0) return ticks;
  }
}

/** In one unit for all marks, so that each says what it is. */
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

/** Round moments of the reader's own clock, `most` of them at most. */
export function timeTicks(from: number, to: number, most: number): readonly Tick[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? 365 * DAY;
  const text = step < MINUTE ? SECONDS : step < DAY ? CLOCK : DATE;
  const aside = new Date(from).getTimezoneOffset() * MINUTE;
  const ticks: Tick[] = [];
  for (let at = Math.ceil((from - aside) / step) * step + aside; at <= to; at += step) {
    const midnight = step < DAY && new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
    ticks.push({ at, text: (midnight ? DATE : text).format(at) });
  }
  return ticks;
}
