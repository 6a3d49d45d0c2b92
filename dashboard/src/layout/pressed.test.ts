import { expect, test } from "vitest";
import { placeBeside } from "./pressed";

const WINDOW = { width: 1_280, height: 900 };

test("a note stands above what it is about, or below where there is no room", () => {
  expect(placeBeside({ left: 300, top: 600, bottom: 630 }, WINDOW)).toEqual({ left: 300, bottom: 308 });
  expect(placeBeside({ left: 300, top: 20, bottom: 50 }, WINDOW)).toEqual({ left: 300, top: 58 });
});

test("it stays in the window, and is nowhere where its place is out of sight", () => {
  expect(placeBeside({ left: 1_200, top: 600, bottom: 630 }, WINDOW)?.left).toBe(856);
  expect(placeBeside({ left: 1_200, top: 600, bottom: 630 }, { width: 360, height: 900 })?.left).toBe(8);
  expect(placeBeside({ left: 0, top: -90, bottom: -60 }, WINDOW)).toBeNull();
  expect(placeBeside({ left: 0, top: 950, bottom: 980 }, WINDOW)).toBeNull();
});
