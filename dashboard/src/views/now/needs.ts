import type { InboxKind, NowQuery, TaskInReviewFragment } from "../../api/documents";

type Room = NonNullable<NowQuery["room"]>;

/** An agent with those above it, as far as they were asked for. */
interface Relative {
  readonly id: string;
  readonly parent?: Relative | null;
}

/** The eldest of the agent's family: none of one family reviews the work of another. */
function family(agent: Relative): string {
  return agent.parent ? family(agent.parent) : agent.id;
}

/** Reviews that wait for the caller: asked of them by name, or such as nobody else who is here can give. */
export function reviewsForMe(room: Room, askedOfMe: ReadonlySet<string>, me: Relative): TaskInReviewFragment[] {
  return room.inReview.nodes.filter((task) => {
    if (askedOfMe.has(task.id)) return true;
    if (task.reviewer) return task.reviewer.id !== me.id && task.reviewer.presence === "OFFLINE";
    const author = task.assignee && family(task.assignee);
    if (author === family(me)) return false;
    return !room.agents.some((agent) => agent.id !== me.id && agent.kind === "AGENT" && family(agent) !== author);
  });
}

// What has a line of its own in the list: the proposal, the task in review.
const TOLD_OTHERWISE: ReadonlySet<InboxKind> = new Set(["PROPOSAL", "REVIEW_REQUESTED"]);

/** Whether an item of the inbox needs a line beside the decisions and reviews of this room. */
export function isOwnLine(
  item: { readonly kind: InboxKind } & { readonly [Of in "task" | "proposal"]?: { room: { name: string } } | null },
  room: string,
): boolean {
  const about = item.proposal ?? item.task;
  return !(TOLD_OTHERWISE.has(item.kind) && about?.room.name === room);
}
