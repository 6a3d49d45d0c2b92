import { useState } from "react";
import {
  AssignTaskDocument,
  CancelTaskDocument,
  type Priority,
  ReopenTaskDocument,
  ReviewTaskDocument,
  UnblockTaskDocument,
  UpdateTaskDocument,
  type Verdict,
} from "../../api/documents";
import { AgentSelect } from "../../components/AgentSelect";
import { Field, FormDialog } from "../../components/Form";
import { Markdown } from "../../components/Markdown";
import { useMutation } from "../../layout/use-mutation";
import { useSession } from "../../session/session";
import { Escalate, Propose } from "../decisions/Propose";
import type { Task } from "./task";

type OpenDialog = "ask" | "assign" | "cancel" | "reopen" | "review";

/** What a person can do with the task in its present status. */
export function TaskActions({ task }: { task: Task }) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [setPriority, settingPriority] = useMutation(UpdateTaskDocument);
  const [unblock, unblocking] = useMutation(UnblockTaskDocument);
  const ended = task.status === "DONE" || task.status === "CANCELLED";
  const { me, canWrite } = useSession();
  const held = task.lease?.agent.name === me.name;
  const close = () => setDialog(null);
  if (!canWrite) return null;

  return (
    <div className="actions">
      {task.status === "VALIDATING" && <ReviewButton task={task} onReview={() => setDialog("review")} />}
      {task.status === "BLOCKED" && task.waitingOn.some(({ kind }) => kind === "REASON") && (
        <button type="button" className="primary" disabled={unblocking} onClick={() => unblock({ task: task.id })}>
          Unblock
        </button>
      )}
      {!ended && (
        <>
          <button type="button" onClick={() => setDialog("assign")}>
            Assign
          </button>
          <label className="inline">
            Priority
            <select
              value={task.priority}
              disabled={settingPriority}
              onChange={(event) => setPriority({ input: { id: task.id, priority: event.target.value as Priority } })}
            >
              {["P0", "P1", "P2", "P3"].map((priority) => (
                <option key={priority}>{priority}</option>
              ))}
            </select>
          </label>
          <button
            type="button"
            title={
              held ? "Ask a person; the task is blocked until they answer" : "Ask people; the task waits for the answer"
            }
            onClick={() => setDialog("ask")}
          >
            Ask
          </button>
          <button type="button" className="danger" onClick={() => setDialog("cancel")}>
            Cancel task
          </button>
        </>
      )}
      {ended && (
        <button type="button" onClick={() => setDialog("reopen")}>
          Reopen
        </button>
      )}
      {dialog === "ask" &&
        (held ? <Escalate task={task} onClose={close} /> : <Propose tasks={[task.id]} onClose={close} />)}
      {dialog === "assign" && <Assign task={task} onClose={close} />}
      {dialog === "review" && <Review task={task} onClose={close} />}
      {dialog === "cancel" && <Cancel task={task} onClose={close} />}
      {dialog === "reopen" && <Reopen task={task} onClose={close} />}
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

function Assign({ task, onClose }: ActionProps) {
  const [assignee, setAssignee] = useState(task.assignee?.name ?? "");
  const [reviewer, setReviewer] = useState(task.reviewer?.name ?? "");
  const [instructions, setInstructions] = useState(task.instructions);
  const [done, setDone] = useState("");
  const [pending, setPending] = useState("");
  const [mutate, disabled] = useMutation(AssignTaskDocument);
  const moved = task.startedAt !== null && task.assignee !== null && assignee !== task.assignee.name;

  const submit = async () => {
    const input = {
      task: task.id,
      instructions,
      // What did not change is left out: the server would take it for a new assignment.
      ...(assignee !== (task.assignee?.name ?? "") && { assignee: assignee || null }),
      ...(reviewer !== (task.reviewer?.name ?? "") && { reviewer: reviewer || null }),
      ...(moved && (done || pending) && { handoff: { done, pending } }),
    };
    if (await mutate({ input }, `${task.id} is for ${assignee || "anyone"}.`)) onClose();
  };
  return (
    <FormDialog
      title={`Assign ${task.id}`}
      submitLabel="Assign"
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Assignee">
        <AgentSelect value={assignee} onChange={setAssignee} none="Nobody: anyone can claim it" />
      </Field>
      <Field label="Reviewer">
        <AgentSelect value={reviewer} onChange={setReviewer} none="Anyone who may review" />
      </Field>
      <Field label="Instructions">
        <textarea value={instructions} onChange={(event) => setInstructions(event.target.value)} />
      </Field>
      {moved && (
        <>
          <Field label="Handoff: what is done">
            <textarea value={done} onChange={(event) => setDone(event.target.value)} />
          </Field>
          <Field label="Handoff: what is pending">
            <textarea value={pending} onChange={(event) => setPending(event.target.value)} />
          </Field>
        </>
      )}
    </FormDialog>
  );
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

function Cancel({ task, onClose }: ActionProps) {
  const [reason, setReason] = useState("");
  const [mutate, disabled] = useMutation(CancelTaskDocument);
  const submit = async () => {
    if (await mutate({ task: task.id, reason })) onClose();
  };
  return (
    <FormDialog
      title={`Cancel ${task.id}?`}
      submitLabel="Cancel task"
      closeLabel="Keep it"
      danger
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Why">
        <textarea required value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

function Reopen({ task, onClose }: ActionProps) {
  const [reason, setReason] = useState("");
  const [mutate, disabled] = useMutation(ReopenTaskDocument);
  const submit = async () => {
    if (await mutate({ task: task.id, reason })) onClose();
  };
  return (
    <FormDialog
      title={`Reopen ${task.id}?`}
      submitLabel="Reopen"
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Why">
        <textarea required value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
