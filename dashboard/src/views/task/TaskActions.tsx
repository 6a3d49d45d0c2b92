import { useState } from "react";
import { AssignTaskDocument, ReviewTaskDocument, type Verdict } from "../../api/documents";
import { Field, FormDialog } from "../../components/forms/Form";
import { Markdown } from "../../components/text/Markdown";
import { useMutation } from "../../layout/use-mutation";
import { useSession } from "../../session/session";
import { Escalate, Propose } from "../decisions/Propose";
import { useActs } from "./acts/acts";
import type { Task } from "./task";

/** What a person can do with the task in its present status. */
export function TaskActions({ task }: { task: Task }) {
  const [dialog, setDialog] = useState<"ask" | "review" | null>(null);
  const acts = useActs();
  const ended = task.status === "DONE" || task.status === "CANCELLED";
  const { me, canWrite } = useSession();
  const held = task.lease?.agent.name === me.name;
  const close = () => setDialog(null);
  if (!canWrite) return null;

  return (
    <div className="actions">
      {task.status === "VALIDATING" && <ReviewButton task={task} onReview={() => setDialog("review")} />}
      {task.status === "BLOCKED" && task.waitingOn.some(({ kind }) => kind === "REASON") && (
        <button type="button" className="primary" onClick={() => acts.unblock([task.id])}>
          Unblock
        </button>
      )}
      {!ended && (
        <>
          <button type="button" title="a" onClick={() => acts.assign([task.id])}>
            Assign
          </button>
          {task.status === "DOING" && (
            <button type="button" title="Anyone can claim it then" onClick={() => acts.release([task.id])}>
              Release
            </button>
          )}
          <button
            type="button"
            title={
              held ? "Ask a person; the task is blocked until they answer" : "Ask people; the task waits for the answer"
            }
            onClick={() => setDialog("ask")}
          >
            Ask
          </button>
          <button type="button" className="danger" onClick={() => acts.cancel([task.id])}>
            Cancel task
          </button>
        </>
      )}
      {ended && (
        <button type="button" onClick={() => acts.reopen([task.id])}>
          Reopen
        </button>
      )}
      {dialog === "ask" &&
        (held ? <Escalate task={task} onClose={close} /> : <Propose tasks={[task.id]} onClose={close} />)}
      {dialog === "review" && <Review task={task} onClose={close} />}
    </div>
  );
}

/** Opens the review, or says whose it is. Nobody reviews their own work. */
function ReviewButton({ task, onReview }: { task: Task; onReview: () => void }) {
  const { me } = useSession();
  const [assign, disabled] = useMutation(AssignTaskDocument);
  const takeOver = async () => {
    if (await assign({ input: { task: task.id, reviewer: me.name } })) onReview();
  };
  const reviewer = task.reviewer?.name ?? null;
  if (task.assignee?.name === me.name)
    return <span className="soft">{reviewer ?? "Somebody else"} reviews your work.</span>;
  if (reviewer === null || reviewer === me.name)
    return (
      <button type="button" className="primary" onClick={onReview}>
        Review
      </button>
    );
  return (
    <>
      <span className="soft">{reviewer} reviews this.</span>
      <button type="button" disabled={disabled} onClick={takeOver}>
        Take over
      </button>
    </>
  );
}

interface ActionProps {
  readonly task: Task;
  readonly onClose: () => void;
}

function Review({ task, onClose }: ActionProps) {
  const [verdict, setVerdict] = useState<Verdict>("APPROVED");
  const [comment, setComment] = useState("");
  const [rejected, setRejected] = useState<ReadonlySet<string>>(new Set());
  const [mutate, disabled] = useMutation(ReviewTaskDocument);
  const approved = verdict === "APPROVED";

  const submit = async () => {
    const criteria = task.criteria.map(({ id }) => ({ id, accepted: approved || !rejected.has(id) }));
    const done = approved ? `${task.id} is approved.` : `${task.id} goes back to ${task.assignee?.name ?? "do"}.`;
    if (await mutate({ input: { task: task.id, verdict, comment, criteria } }, done)) onClose();
  };
  const toggle = (id: string) => {
    const next = new Set(rejected);
    if (!next.delete(id)) next.add(id);
    setRejected(next);
  };
  return (
    <FormDialog
      title={`Review ${task.id}`}
      submitLabel={approved ? "Approve" : "Ask for changes"}
      danger={!approved}
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      <Markdown text={task.result} />
      <fieldset className="choices">
        <legend className="field-label">Verdict</legend>
        <label>
          <input type="radio" name="verdict" checked={approved} onChange={() => setVerdict("APPROVED")} /> Approve
        </label>
        <label>
          <input type="radio" name="verdict" checked={!approved} onChange={() => setVerdict("CHANGES_REQUESTED")} /> Ask
          for changes
        </label>
      </fieldset>
      {!approved && task.criteria.length > 0 && (
        <fieldset className="choices">
          <legend className="field-label">Which criteria are met</legend>
          {task.criteria.map(({ id, text }) => (
            <label key={id}>
              <input type="checkbox" checked={!rejected.has(id)} onChange={() => toggle(id)} /> {text}
            </label>
          ))}
        </fieldset>
      )}
      <Field label="Comment">
        <textarea required={!approved} value={comment} onChange={(event) => setComment(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
