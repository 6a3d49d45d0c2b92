import { expect, test } from "vitest";
import type { AgentOverviewFragment } from "../../api/documents";
import { agentTree } from "./agent-tree";

type Presence = AgentOverviewFragment["presence"];

const agent = (name: string, presence: Presence = "ONLINE", parent: string | null = null): AgentOverviewFragment => ({
  id: name,
  name,
  kind: "AGENT",
  presence,
  lastSeenAt: null,
  activity: null,
  sessions: [],
  parent: parent === null ? null : { id: parent, name: parent },
  spawnedFor: null,
  tasks: [],
});

const rows = (agents: readonly AgentOverviewFragment[]) =>
  agentTree(agents).map(({ agent: { name }, level }) => [name, level]);

test("agents are sorted by presence, then by name", () => {
  expect(rows([agent("finn", "OFFLINE"), agent("lyra", "IDLE"), agent("mira"), agent("atlas")])).toEqual([
    ["atlas", 0],
    ["mira", 0],
    ["lyra", 0],
    ["finn", 0],
  ]);
});

test("each agent is followed by those that it spawned, also where they are offline", () => {
  const agents = [
    agent("atlas"),
    agent("lyra", "OFFLINE", "atlas"),
    agent("finn", "ONLINE", "lyra"),
    agent("mira"),
    agent("abel", "ONLINE", "atlas"),
  ];

  expect(rows(agents)).toEqual([
    ["atlas", 0],
    ["abel", 1],
    ["lyra", 1],
    ["finn", 2],
    ["mira", 0],
  ]);
});

test("an agent whose parent is not in the room is at the top", () => {
  expect(rows([agent("lyra", "ONLINE", "elsewhere")])).toEqual([["lyra", 0]]);
});
