import { expect, test } from "vitest";
import { isWebAddress } from "./web-address";

test("absolute addresses with a host are web addresses", () => {
  for (const text of ["https://x.example", "HTTP://x.example:8080/a?b#c", "https://[::1]/", "https://x.example/@bob"]) {
    expect(isWebAddress(text), text).toBe(true);
  }
});

test("what a browser would read otherwise than a person is none", () => {
  for (const text of [
    "https:javascript:window.x=1",
    "http:/\\evil.example",
    "http:\\evil.example",
    "http:///evil.example",
    "https://",
    "https://x.example/\nY",
    "javascript:alert(1)",
    "//evil.example",
    "https://a b",
    "",
  ]) {
    expect(isWebAddress(text), text).toBe(false);
  }
});
