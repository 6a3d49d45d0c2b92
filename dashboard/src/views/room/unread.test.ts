import { expect, test } from "vitest";
import { countUnread, ROOM_START, withRead } from "./unread";

const message = (id: number, from: string, channel: string | null, to: string[] = []) => ({
  id: `M${id}`,
  from: { name: from },
  channel: channel === null ? null : { name: channel },
  to: to.map((name) => ({ name })),
});

test("messages of others after the last one that was read are unread", () => {
  const messages = [
    message(11, "atlas", "general"),
    message(12, "atlas", "general"),
    message(13, "me", "general"),
    message(14, "atlas", "ops"),
    message(15, "lyra", null, ["me"]),
  ];

  const counts = countUnread(messages, { [ROOM_START]: 10, general: 11, ops: 14 }, "me");

  expect([...counts]).toEqual([
    ["general", 1],
    ["@lyra", 1],
  ]);
});

test("in a conversation that was never opened, only messages since the room was opened are unread", () => {
  const messages = [message(9, "atlas", "general"), message(11, "atlas", "general")];

  expect(countUnread(messages, { [ROOM_START]: 10 }, "me").get("general")).toBe(1);
});

test("before the room was opened, nothing is unread", () => {
  expect(countUnread([message(9, "atlas", "general")], {}, "me").size).toBe(0);
});

test("reading an older message marks nothing as unread again", () => {
  const lastRead = { [ROOM_START]: 10, general: 12 };

  expect(withRead(lastRead, "general", "M11")).toBe(lastRead);
  expect(withRead(lastRead, "general", "M13")).toEqual({ [ROOM_START]: 10, general: 13 });
  expect(withRead(lastRead, "ops", "M3")).toEqual({ [ROOM_START]: 10, general: 12, ops: 3 });
});
