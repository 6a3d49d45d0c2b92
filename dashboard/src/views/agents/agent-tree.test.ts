import { expect, test } from "vitest";
import type { AgentOverviewFragment } from "../../api/documents";
import { agentList, agentTree } from "./agent-tree";

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

test("in other orders agents stand without their families", () => {
  const agents = [
    { ...agent("lyra"), lastSeenAt: "2026-11-28T00:00:00Z" },
    agent("finn", "OFFLINE", "lyra"),
    { ...agent("abel"), lastSeenAt: "2026-11-29T00:00:00Z" },
  ];
  const work = { lyra: 1, finn: 4 } as Record<string, number>;
  const names = (order: "name" | "seen" | "work") =>
    agentList(agents, order, ({ name }) => work[name] ?? 0).map(({ agent: { name }, level }) => [name, level]);

  expect(names("name")).toEqual([
    ["abel", 0],
    ["finn", 0],
    ["lyra", 0],
  ]);
  expect(names("seen")).toEqual([
    ["abel", 0],
    ["lyra", 0],
    ["finn", 0],
  ]);
  expect(names("work")).toEqual([
    ["finn", 0],
    ["lyra", 0],
    ["abel", 0],
  ]);
});
