import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pace } from "./throttle";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", { setTimeout, clearTimeout });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("fifty touches a second are one job, and the last touch is never lost", async () => {
  let touches = 0;
  let seen = 0;
  const times: number[] = [];
  const pace = new Pace(async () => {
    times.push(Date.now());
    seen = touches;
    return true;
  });

  for (let n = 0; n < 100; n += 1) {
    touches += 1;
    pace.touch();
    await vi.advanceTimersByTimeAsync(20);
  }
  await vi.advanceTimersByTimeAsync(1_000);

  expect(times.length).toBeLessThanOrEqual(4);
  expect(seen).toBe(100);
  expect(pace.waitingSince).toBe(null);
});

test("a job is never done twice at a time, and one that takes long leaves as long a pause", async () => {
  let under = 0;
  let most = 0;
  let done = 0;
  const pace = new Pace(async () => {
    under += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    under -= 1;
    done += 1;
    return true;
  });

  for (let n = 0; n < 400; n += 1) {
    pace.touch();
    await vi.advanceTimersByTimeAsync(20);
  }

  expect(most).toBe(1);
  expect(done).toBe(4);
});

test("what could not be done is tried again by itself, and waits until it is", async () => {
  const answers = [false, false, true];
  let tried = 0;
  const pace = new Pace(async () => {
    tried += 1;
    return answers.shift() ?? true;
  });

  pace.touch();
  await vi.advanceTimersByTimeAsync(2_500);
  expect(pace.waitingSince).not.toBe(null);
  await vi.advanceTimersByTimeAsync(10_000);

  expect(tried).toBe(3);
  expect(pace.waitingSince).toBe(null);
});
