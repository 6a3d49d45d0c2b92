import type {
  ProposalCardFragment,
  ProposalDetailsFragment,
  ProposalPageQuery,
  ProposalStatus,
} from "../../api/documents";

/** A proposal as its page shows it. */
export type Proposal = ProposalDetailsFragment;

/** Whether what has this id is a proposal. */
export function isProposal(node: ProposalPageQuery["node"]): node is Proposal {
  return node !== null && "title" in node;
}

/** What may be voted on every proposal, beside its options. */
export const ABSTAIN = "abstain";

type Task = ProposalCardFragment["tasks"][number];

/** The tasks that wait for it and are not ended. */
export function unfinished(tasks: readonly Task[]): readonly Task[] {
  return tasks.filter(({ status }) => status !== "DONE" && status !== "CANCELLED");
}

const LONGEST_HEADING = 160;

/**
 * The question in a line, and the rest of it. The title of an escalation is its text again, without its lines: then the
 * first line is the heading.
 */
export function questionOf({ title, body }: Pick<ProposalCardFragment, "title" | "body">): readonly [string, string] {
  const [first = "", ...lines] = body.trim().split("\n");
  const repeats = body.split(/\s+/).join(" ").trim().startsWith(title.replace(/…$/, "").trim());
  if (!repeats || first.length > LONGEST_HEADING) return [title, body];
  return [first.trim(), lines.join("\n").trim()];
}

interface Ballot {
  readonly option: string;
}

/** How many votes each option has, in the order of the options, with the abstentions where there are any. */
export function tally(
  options: readonly string[],
  votes: readonly Ballot[],
): readonly [option: string, count: number][] {
  const countOf = (option: string) => votes.filter((vote) => vote.option === option).length;
  const abstentions = countOf(ABSTAIN);
  return [
    ...options.map((option): [string, number] => [option, countOf(option)]),
    ...(abstentions > 0 ? [[ABSTAIN, abstentions] satisfies [string, number]] : []),
  ];
}

/** Whether one may vote on it: while it is open, its electorate, but never the author of an approval. */
export function mayVote({ status, kind, author, electorate }: Proposal, name: string): boolean {
  return (
    status === "OPEN" &&
    electorate.some((agent) => agent.name === name) &&
    !(kind === "APPROVAL" && author.name === name)
  );
}

interface Ending {
  readonly status: ProposalStatus;
  readonly outcome?: string | null;
}

/** How it ended, in a word or two. */
export function endingOf({ status, outcome }: Ending): string {
  if (status === "DECIDED") return outcome ?? "decided";
  return status.toLowerCase();
}
