import type { WorkerFragment } from "../../api/documents";

export interface Member {
  readonly agent: WorkerFragment;
  /** How many stand between it and one that nobody here spawned. */
  readonly level: number;
}

const RANK: Record<WorkerFragment["presence"], number> = { ONLINE: 0, IDLE: 1, OFFLINE: 2 };

/** Those who are here first, and each followed by the agents that it spawned. */
export function family(agents: readonly WorkerFragment[]): readonly Member[] {
  const ids = new Set(agents.map(({ id }) => id));
  const below = new Map<string | null, WorkerFragment[]>();
  for (const agent of agents) {
    const parent = agent.parent && ids.has(agent.parent.id) ? agent.parent.id : null;
    below.set(parent, [...(below.get(parent) ?? []), agent]);
  }
  const members: Member[] = [];
  const add = (parent: string | null, level: number) => {
    const children = below.get(parent) ?? [];
    children.sort((one, other) => RANK[one.presence] - RANK[other.presence] || one.name.localeCompare(other.name));
    for (const agent of children) {
      members.push({ agent, level });
      add(agent.id, level + 1);
    }
  };
  add(null, 0);
  return members;
}
