import { useMemo } from "react";
import { Link } from "wouter";
import { ProposalPageDocument, WithdrawProposalDocument } from "../../api/documents";
import { PresenceDot } from "../../components/agents/PresenceDot";
import { ErrorMessage } from "../../components/ErrorMessage";
import { Panel } from "../../components/Panel";
import { formatDateTime } from "../../components/text/format";
import { Markdown } from "../../components/text/Markdown";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { anyOf, eventsOfProposal, taskEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { Ending } from "./Ending";
import { isProposal, mayVote, type Proposal, questionOf, tally } from "./proposal";
import { Circumstances, TaskRows } from "./Question";
import { VoteForm } from "./VoteForm";

/** One proposal: the question in full, the votes, and what came of it. */
export function ProposalPage({ id }: { id: string }) {
  const room = useRoom();
  const invalidatedBy = useMemo(() => anyOf(eventsOfProposal(id), taskEvents), [id]);
  const { data, refusal, refetch } = useLiveQuery(ProposalPageDocument, { id }, invalidatedBy);

  if (refusal && !refusal.isTransient) return <ErrorMessage refusal={refusal} />;
  if (!data) return <p className="placeholder">Loading…</p>;
  const proposal = data.node;
  if (!isProposal(proposal)) return <p className="placeholder">{id} is not a proposal.</p>;
  const [heading, body] = questionOf(proposal);
  return (
    <article className="stack proposal" aria-labelledby="proposal-title">
      <header className="stack">
        <nav className="crumbs" aria-label="Breadcrumbs">
          <Link href={room.to("decisions")}>Decisions</Link>
          {proposal.escalates && <Link href={room.to("tasks", proposal.escalates.id)}>{proposal.escalates.id}</Link>}
        </nav>
        <h1 id="proposal-title">
          <span className="id">{proposal.id}</span> {heading}
        </h1>
        <Circumstances proposal={proposal} />
        <Outcome proposal={proposal} />
      </header>
      {body && (
        <Panel title="Details">
          <div className="padded">
            <Markdown text={body} />
          </div>
        </Panel>
      )}
      <Answer proposal={proposal} onVoted={refetch} />
      <Votes proposal={proposal} />
      {proposal.tasks.length > 0 && (
        <Panel title="Tasks" count={proposal.tasks.length}>
          <div className="padded">
            <TaskRows tasks={proposal.tasks} label="Tasks" />
          </div>
        </Panel>
      )}
    </article>
  );
}

function Outcome({ proposal }: { proposal: Proposal }) {
  if (proposal.status === "OPEN") return null;
  return (
    <p className="facts">
      <Ending proposal={proposal} />
      {proposal.decidedAt && (
        <span className="soft" title={formatDateTime(proposal.decidedAt)}>
          decided <RelativeTime at={proposal.decidedAt} /> ago
        </span>
      )}
    </p>
  );
}

function Answer({ proposal, onVoted }: { proposal: Proposal; onVoted: () => void }) {
  const { me, role, canWrite } = useSession();
  const [withdraw, disabled] = useMutation(WithdrawProposalDocument);
  if (proposal.status !== "OPEN" || !canWrite) return null;
  const voted = proposal.votes.find(({ agent }) => agent.name === me.name);
  const mayWithdraw = proposal.author.name === me.name || role === "ADMIN";
  return (
    <div className="proposal-answer">
      {mayVote(proposal, me.name) && (
        <VoteForm key={voted?.option} proposal={proposal} voted={voted} onVoted={onVoted} />
      )}
      {mayWithdraw && (
        <button
          type="button"
          className="danger"
          disabled={disabled}
          title="It ends undecided, and nothing waits for it any more"
          onClick={() => withdraw({ proposal: proposal.id }, "Withdrawn.")}
        >
          Withdraw
        </button>
      )}
    </div>
  );
}

/** The count, and each voter with their vote and note. */
function Votes({ proposal }: { proposal: Proposal }) {
  const room = useRoom();
  const { electorate, votes, options, kind, quorum } = proposal;
  const open = proposal.status === "OPEN";
  return (
    <Panel title="Votes" count={votes.length}>
      <ul className="proposal-tally" aria-label="Count">
        {tally(options, votes).map(([option, count]) => (
          <li key={option} data-won={option === proposal.outcome || undefined}>
            <b>{option}</b> {count}
          </li>
        ))}
        {kind === "VOTE" && <li className="soft">quorum {quorum}</li>}
      </ul>
      <ul className="lines">
        {votes.map(({ agent, option, note, at }) => (
          <li key={agent.id}>
            <p className="comment-head">
              <Link href={room.to("agents", agent.name)}>{agent.name}</Link>
              <span className="tag">{option}</span>
              <span className="soft">
                <RelativeTime at={at} /> ago
              </span>
            </p>
            {note && <Markdown text={note} />}
          </li>
        ))}
        {electorate
          .filter(({ id }) => !votes.some(({ agent }) => agent.id === id))
          .map((agent) => (
            <li key={agent.id} className="line">
              <PresenceDot presence={agent.presence} />
              <Link className="line-title" href={room.to("agents", agent.name)}>
                {agent.name}
              </Link>
              <span className="line-more">{open ? "hasn’t voted" : "didn’t vote"}</span>
            </li>
          ))}
      </ul>
    </Panel>
  );
}
