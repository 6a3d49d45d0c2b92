import type { AgentOverviewFragment } from "../../api/documents";

export interface AgentTreeRow {
  readonly agent: AgentOverviewFragment;
  /** How many ancestors it has in the room. */
  readonly level: number;
}

const PRESENCE_ORDER: Record<AgentOverviewFragment["presence"], number> = { ONLINE: 0, IDLE: 1, OFFLINE: 2 };

/** Agents by presence, then by name, each followed by the agents that it spawned. */
export function agentTree(agents: readonly AgentOverviewFragment[]): readonly AgentTreeRow[] {
  const ids = new Set(agents.map(({ id }) => id));
  const childrenOf = new Map<string | null, AgentOverviewFragment[]>();
  for (const agent of agents) {
    const parent = agent.parent && ids.has(agent.parent.id) ? agent.parent.id : null;
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), agent]);
  }
  const rows: AgentTreeRow[] = [];
  const add = (parent: string | null, level: number) => {
    const children = childrenOf.get(parent) ?? [];
    children.sort(
      (one, other) =>
        PRESENCE_ORDER[one.presence] - PRESENCE_ORDER[other.presence] || one.name.localeCompare(other.name),
    );
    for (const agent of children) {
      rows.push({ agent, level });
      add(agent.id, level + 1);
    }
  };
  add(null, 0);
  return rows;
}

type WorkOf = (agent: AgentOverviewFragment) => number;

/** Agents in one order, without regard to who spawned whom. */
export function agentList(
  agents: readonly AgentOverviewFragment[],
  order: "name" | "seen" | "work",
  workOf: WorkOf,
): readonly AgentTreeRow[] {
  const seen = ({ lastSeenAt }: AgentOverviewFragment) => (lastSeenAt ? Date.parse(lastSeenAt) : 0);
  const rank = { name: () => 0, seen, work: workOf }[order];
  return [...agents]
    .sort((one, other) => rank(other) - rank(one) || one.name.localeCompare(other.name))
    .map((agent) => ({ agent, level: 0 }));
}
