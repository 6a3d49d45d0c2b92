import { expect, test } from "vitest";
import { address, isIn, placeAt, placeOf } from "./conversation";

const agent = (name: string) => ({ name });
const said = (from: string, to: string[], channel: string | null = null) => ({
  from: agent(from),
  to: to.map(agent),
  channel: channel === null ? null : agent(channel),
});

test("an address is read as it was written", () => {
  for (const text of ["general", "@atlas"]) expect(address(placeAt(text))).toBe(text);
});

test("a message stands where the one who reads looks for it", () => {
  expect(placeOf(said("atlas", [], "ops"), "me")).toEqual({ channel: "ops" });
  expect(placeOf(said("atlas", ["me"]), "me")).toEqual({ person: "atlas" });
  expect(placeOf(said("me", ["atlas"]), "me")).toEqual({ person: "atlas" });
  expect(placeOf(said("me", ["me"]), "me")).toEqual({ person: "me" });
});

test("what is said to several stands with each of them for its sender, and with the sender for them", () => {
  const message = said("me", ["atlas", "finn"]);

  expect(isIn({ person: "atlas" }, message, "me")).toBe(true);
  expect(isIn({ person: "finn" }, message, "me")).toBe(true);
  expect(isIn({ person: "lyra" }, message, "me")).toBe(false);
  expect(isIn({ person: "me" }, message, "atlas")).toBe(true);
  expect(isIn({ person: "finn" }, message, "atlas")).toBe(false);
  expect(isIn({ channel: "ops" }, message, "me")).toBe(false);
});
