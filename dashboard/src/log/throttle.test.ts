import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Throttle } from "./throttle";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", { setTimeout, clearTimeout });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("fifty triggers a second are one run a second, and the last trigger is never lost", async () => {
  let triggers = 0;
  let seen = 0;
  const times: number[] = [];
  const throttle = new Throttle(async () => {
    times.push(Date.now());
    seen = triggers;
    return true;
  });

  for (let n = 0; n < 100; n += 1) {
    triggers += 1;
    throttle.trigger();
    await vi.advanceTimersByTimeAsync(20);
  }
  await vi.advanceTimersByTimeAsync(1_000);

  expect(times.length).toBeLessThanOrEqual(4);
  expect(seen).toBe(100);
  expect(throttle.pendingSince).toBe(null);
});

test("a job never runs twice at the same time, and one that takes long is followed by as long a pause", async () => {
  let running = 0;
  let mostRunning = 0;
  let runs = 0;
  const throttle = new Throttle(async () => {
    running += 1;
    mostRunning = Math.max(mostRunning, running);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    running -= 1;
    runs += 1;
    return true;
  });

  for (let n = 0; n < 400; n += 1) {
    throttle.trigger();
    await vi.advanceTimersByTimeAsync(20);
  }

  expect(mostRunning).toBe(1);
  expect(runs).toBe(4);
});

test("a job that failed is retried by itself, and stays pending until it succeeds", async () => {
  const results = [false, false, true];
  let runs = 0;
  const throttle = new Throttle(async () => {
    runs += 1;
    return results.shift() ?? true;
  });

  throttle.trigger();
  await vi.advanceTimersByTimeAsync(2_500);
  expect(throttle.pendingSince).not.toBe(null);
  await vi.advanceTimersByTimeAsync(10_000);

  expect(runs).toBe(3);
  expect(throttle.pendingSince).toBe(null);
});
