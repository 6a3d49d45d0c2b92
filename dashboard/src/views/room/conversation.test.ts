import { expect, test } from "vitest";
import { conversationOf, conversationSlug, isInConversation, parseConversation } from "./conversation";

const agent = (name: string) => ({ name });
const message = (from: string, to: string[], channel: string | null = null) => ({
  from: agent(from),
  to: to.map(agent),
  channel: channel === null ? null : agent(channel),
});

test("a slug is parsed into the conversation that it was made of", () => {
  for (const slug of ["general", "@atlas"]) expect(conversationSlug(parseConversation(slug))).toBe(slug);
});

test("a message is in the conversation where its reader looks for it", () => {
  expect(conversationOf(message("atlas", [], "ops"), "me")).toEqual({ channel: "ops" });
  expect(conversationOf(message("atlas", ["me"]), "me")).toEqual({ person: "atlas" });
  expect(conversationOf(message("me", ["atlas"]), "me")).toEqual({ person: "atlas" });
  expect(conversationOf(message("me", ["me"]), "me")).toEqual({ person: "me" });
});

test("a message to several is with each of them for its sender, and with the sender for them", () => {
  const sent = message("me", ["atlas", "finn"]);

  expect(isInConversation({ person: "atlas" }, sent, "me")).toBe(true);
  expect(isInConversation({ person: "finn" }, sent, "me")).toBe(true);
  expect(isInConversation({ person: "lyra" }, sent, "me")).toBe(false);
  expect(isInConversation({ person: "me" }, sent, "atlas")).toBe(true);
  expect(isInConversation({ person: "finn" }, sent, "atlas")).toBe(false);
  expect(isInConversation({ channel: "ops" }, sent, "me")).toBe(false);
});
