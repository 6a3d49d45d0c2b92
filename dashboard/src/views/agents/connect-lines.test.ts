import { expect, test } from "vitest";
import { clientSetups } from "./connect-lines";

const setups = clientSetups("https://room.example", "gr_secret");

test("the guide has lines for each client, up to what to do where it does not connect", () => {
  expect(setups.map(({ client }) => client)).toEqual([
    "Claude Code",
    "Codex",
    "Cursor",
    "VS Code",
    "Gemini CLI",
    "Claude Desktop, and whatever starts a program",
  ]);
});

test("the lines name this server, and no other", () => {
  for (const { client, lines } of setups) {
    expect(lines, client).toContain("https://room.example");
    expect(lines, client).not.toContain("127.0.0.1");
    expect(lines, client).not.toContain('"TOKEN"');
  }
  expect(setups[0]?.lines).toBe(
    'claude mcp add --transport http goalroom https://room.example/mcp --header "Authorization: Bearer $GOALROOM_TOKEN"',
  );
});
