import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { EscalateDocument, type ProposalKind, ProposeDocument } from "../../api/documents";
import { Field, FormDialog } from "../../components/forms/Form";
import { newIdempotencyKey } from "../../components/forms/idempotency-key";
import { parseIds, parseLines } from "../../components/forms/parse-input";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";

interface ProposeProps {
  /** The ids of tasks that wait for it, if they are known. */
  readonly tasks?: readonly string[];
  readonly onClose: () => void;
}

const KINDS: Record<ProposalKind, string> = {
  APPROVAL: "One person approves: yes or no",
  VOTE: "Everybody who works here votes",
};

/** The dialog for a question to the room's people, or to all who work in it. */
export function Propose({ tasks: initialTasks = [], onClose }: ProposeProps) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [kind, setKind] = useState<ProposalKind>("APPROVAL");
  const [title, setTitle] = useState("");
  const [body, setBody] = useState("");
  const [options, setOptions] = useState("");
  const [tasks, setTasks] = useState(initialTasks.join(", "));
  const [end, setEnd] = useState<End>(NEVER);
  const [propose, disabled] = useMutation(ProposeDocument);
  // The same in each try, so that a retry asks no second time.
  const key = useRef(newIdempotencyKey());

  const choices = kind === "VOTE" ? parseLines(options) : [];
  const submit = async () => {
    const input = {
      room: room.name,
      kind,
      title,
      body,
      tasks: parseIds(tasks),
      ...(choices.length > 0 && { options: choices }),
      ...endInput(end),
      idempotencyKey: key.current,
    };
    const made = await propose({ input });
    if (!made?.propose) return;
    onClose();
    navigate(room.to("decisions", made.propose.id));
  };
  return (
    <FormDialog title="New proposal" submitLabel="Ask" disabled={disabled} onSubmit={submit} onClose={onClose}>
      <Field label="Who decides">
        <select value={kind} onChange={(event) => setKind(event.target.value as ProposalKind)}>
          {Object.entries(KINDS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Question">
        <input required maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
      </Field>
      <Field label="Details">
        <textarea value={body} onChange={(event) => setBody(event.target.value)} />
      </Field>
      {kind === "VOTE" && (
        <Field label="Options" hint="One on each line. Without any: approve and reject.">
          <textarea value={options} onChange={(event) => setOptions(event.target.value)} />
        </Field>
      )}
      <Field label="Tasks that wait for it">
        <input placeholder="T…, T…" value={tasks} onChange={(event) => setTasks(event.target.value)} />
      </Field>
      <EndFields
        end={end}
        options={kind === "APPROVAL" ? ["yes", "no"] : choices.length > 0 ? choices : ["approve", "reject"]}
        onChange={setEnd}
      />
    </FormDialog>
  );
}

/** The dialog in which the holder of a task asks a person. The task is blocked until it is answered. */
export function Escalate({ task, onClose }: { task: { id: string }; onClose: () => void }) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [question, setQuestion] = useState("");
  const [options, setOptions] = useState("");
  const [end, setEnd] = useState<End>(NEVER);
  const [escalate, disabled] = useMutation(EscalateDocument);
  const key = useRef(newIdempotencyKey());

  const choices = parseLines(options);
  const submit = async () => {
    const input = {
      task: task.id,
      question,
      ...(choices.length > 0 && { options: choices }),
      ...endInput(end),
      idempotencyKey: key.current,
    };
    const made = await escalate({ input });
    if (!made?.escalate) return;
    onClose();
    navigate(room.to("decisions", made.escalate.id));
  };
  return (
    <FormDialog
      title={`Ask about ${task.id}`}
      submitLabel="Ask"
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Question" hint="The task is blocked until a person answers.">
        <textarea required value={question} onChange={(event) => setQuestion(event.target.value)} />
      </Field>
      <Field label="Options" hint="One on each line. Without any: yes and no.">
        <textarea value={options} onChange={(event) => setOptions(event.target.value)} />
      </Field>
      <EndFields end={end} options={choices.length > 0 ? choices : ["yes", "no"]} onChange={setEnd} />
    </FormDialog>
  );
}

interface End {
  /** As a `datetime-local` input has it: in the browser's time zone. Empty is never. */
  readonly at: string;
  /** Empty is none: it expires. */
  readonly option: string;
}

const NEVER: End = { at: "", option: "" };

function endInput({ at, option }: End) {
  if (!at) return {};
  return { closesAt: new Date(at).toISOString(), ...(option && { defaultOption: option }) };
}

interface EndFieldsProps {
  readonly end: End;
  readonly options: readonly string[];
  readonly onChange: (end: End) => void;
}

function EndFields({ end, options, onChange }: EndFieldsProps) {
  return (
    <div className="two-columns">
      <Field label="Closes at">
        <input
          type="datetime-local"
          value={end.at}
          onChange={(event) => onChange({ ...end, at: event.target.value })}
        />
      </Field>
      {end.at && (
        <Field label="If nobody decided by then">
          <select value={end.option} onChange={(event) => onChange({ ...end, option: event.target.value })}>
            <option value="">It expires, and what waits is blocked</option>
            {options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        </Field>
      )}
    </div>
  );
}
