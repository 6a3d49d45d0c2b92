import { useState } from "react";
import { Link } from "wouter";
import { EndedProposalsDocument, type EndedProposalsQuery } from "../../api/documents";
import { Panel } from "../../components/Panel";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { proposalEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { Ending } from "./Ending";
import { ABSTAIN, tally } from "./proposal";

type Ended = NonNullable<EndedProposalsQuery["room"]>["proposals"]["nodes"][number];

const STEP = 30;
const MAX = 200;

/** What was decided, or ended undecided, newest first. */
export function EndedProposals() {
  const room = useRoom();
  const [first, setFirst] = useState(STEP);
  const { data } = useLiveQuery(EndedProposalsDocument, { room: room.name, first }, proposalEvents);
  const proposals = data?.room?.proposals;
  if (!proposals) return null;
  const ended = proposals.nodes.filter(({ status }) => status !== "OPEN");
  return (
    <Panel title="Ended">
      {ended.length === 0 && <p className="empty">Nothing was decided yet.</p>}
      <ul className="lines">
        {ended.map((proposal) => (
          <li key={proposal.id}>
            <div className="line">
              <span className="id">{proposal.id}</span>
              <Link className="line-title" href={room.to("decisions", proposal.id)}>
                {proposal.title}
              </Link>
              <span className="line-more">
                <Ending proposal={proposal} />
                <span>
                  <RelativeTime at={proposal.decidedAt ?? proposal.createdAt} /> ago
                </span>
              </span>
            </div>
            <Reason proposal={proposal} />
          </li>
        ))}
      </ul>
      {proposals.pageInfo.hasNextPage && (
        <p className="padded">
          {first < MAX ? (
            <button type="button" onClick={() => setFirst(MAX)}>
              Show more
            </button>
          ) : (
            <span className="soft">Earlier ones are not shown.</span>
          )}
        </p>
      )}
    </Panel>
  );
}

/** Who decided and why; of a vote, the count. */
function Reason({ proposal: { kind, author, votes } }: { proposal: Ended }) {
  if (kind === "VOTE")
    return (
      <p className="soft">
        {author.name} asked ·{" "}
        {tally(
          [...new Set(votes.map(({ option }) => option))].filter((option) => option !== ABSTAIN),
          votes,
        )
          .map(([option, count]) => `${option} ${count}`)
          .join(", ") || "no votes"}
      </p>
    );
  const deciding = votes.findLast(({ option }) => option !== ABSTAIN);
  return (
    <p className="soft">
      {author.name} asked
      {deciding && ` · ${deciding.agent.name}: ${deciding.note || deciding.option}`}
    </p>
  );
}
