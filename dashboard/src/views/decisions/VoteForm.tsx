import { useState } from "react";
import { VoteDocument } from "../../api/documents";
import { useMutation } from "../../layout/use-mutation";
import { ABSTAIN, endingOf } from "./proposal";

interface VoteFormProps {
  readonly proposal: { readonly id: string; readonly title: string; readonly options: readonly string[] };
  /** The option that the caller voted before, which a new vote replaces. */
  readonly voted?: { readonly option: string; readonly note: string } | undefined;
  readonly onVoted?: () => void;
}

/** A button for each option, which votes at once, and a field for a note that goes with it. */
export function VoteForm({ proposal, voted, onVoted }: VoteFormProps) {
  const [note, setNote] = useState(voted?.note ?? "");
  const [vote, disabled] = useMutation(VoteDocument);

  const choose = async (option: string) => {
    const done = await vote({ input: { proposal: proposal.id, option, note: note.trim() } }, (data) =>
      data.vote && data.vote.status !== "OPEN" ? `Decided: ${endingOf(data.vote)}.` : `You voted: ${option}.`,
    );
    if (done) onVoted?.();
  };
  return (
    <form className="vote-form" onSubmit={(event) => event.preventDefault()}>
      <input
        aria-label={`Note on ${proposal.title}`}
        placeholder="Why (optional)"
        maxLength={65_536}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <fieldset className="vote-options">
        <legend className="visually-hidden">{proposal.title}</legend>
        {proposal.options.map((option) => (
          <button
            key={option}
            type="button"
            disabled={disabled}
            aria-pressed={voted && voted.option === option}
            onClick={() => choose(option)}
          >
            {option}
          </button>
        ))}
        <button
          type="button"
          className="quiet"
          disabled={disabled}
          aria-pressed={voted && voted.option === ABSTAIN}
          onClick={() => choose(ABSTAIN)}
        >
          {ABSTAIN}
        </button>
      </fieldset>
    </form>
  );
}
