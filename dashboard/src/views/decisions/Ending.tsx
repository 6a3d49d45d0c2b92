import type { ProposalStatus } from "../../api/documents";
import { endingOf } from "./proposal";

interface EndingProps {
  readonly proposal: {
    readonly status: ProposalStatus;
    readonly outcome?: string | null;
    readonly byDefault: boolean;
  };
}

/** How a proposal ended, or that it is open. */
export function Ending({ proposal }: EndingProps) {
  return (
    <>
      <span className="tag" data-state={proposal.status === "EXPIRED" ? "BLOCKED" : undefined}>
        {endingOf(proposal)}
      </span>
      {proposal.byDefault && <span title="Nobody decided in time, and this was the default">by default</span>}
    </>
  );
}
