import { useState } from "react";
import { DecisionsDocument } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatCount } from "../../components/text/format";
import { useRoom } from "../../layout/room";
import { anyOf, proposalEvents, taskEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import type { ViewProps } from "../view";
import { EndedProposals } from "./EndedProposals";
import { ProposalPage } from "./ProposalPage";
import { Propose } from "./Propose";
import { Question } from "./Question";
import { VoteForm } from "./VoteForm";
import "./decisions.css";

const invalidatedBy = anyOf(proposalEvents, taskEvents);

/** What people are asked to decide, or one proposal. */
export default function Decisions({ rest }: ViewProps) {
  return rest ? <ProposalPage key={rest} id={rest} /> : <Queue />;
}

/** What waits for the caller's answer, that for which most work waits first; then what others decide, and what was decided. */
function Queue() {
  const { name } = useRoom();
  const { canWrite } = useSession();
  const { data, refusal, refetch } = useLiveQuery(DecisionsDocument, { room: name }, invalidatedBy);
  const [proposing, setProposing] = useState(false);

  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  const mine = data.briefing.proposals;
  const others = data.room.proposals.nodes.filter(({ id }) => !mine.some((one) => one.id === id));
  const more = data.room.proposals.totalCount - data.room.proposals.nodes.length;
  return (
    <div className="stack">
      <header className="view-head">
        <h1>Decisions</h1>
        {canWrite && (
          <button type="button" onClick={() => setProposing(true)}>
            New proposal
          </button>
        )}
      </header>
      <section className="stack" aria-labelledby="questions-mine">
        <h2 id="questions-mine">
          For you <span className="soft">{mine.length}</span>
        </h2>
        {mine.length === 0 && <p className="soft">Nothing waits for your answer.</p>}
        {mine.map((proposal) => (
          <Question key={proposal.id} proposal={proposal}>
            <VoteForm proposal={proposal} onVoted={refetch} />
          </Question>
        ))}
      </section>
      {others.length > 0 && (
        <section className="stack" aria-labelledby="questions-others">
          <h2 id="questions-others">
            Waiting for others <span className="soft">{others.length + more}</span>
          </h2>
          {others.map((proposal) => (
            <Question key={proposal.id} proposal={proposal}>
              {proposal.kind === "VOTE" && <p className="soft">{formatCount(proposal.votes.length, "vote")} so far</p>}
            </Question>
          ))}
          {more > 0 && <p className="soft">The newest {others.length} are shown.</p>}
        </section>
      )}
      <EndedProposals />
      {proposing && <Propose onClose={() => setProposing(false)} />}
    </div>
  );
}
