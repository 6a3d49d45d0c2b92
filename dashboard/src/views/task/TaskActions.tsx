import { useState } from "react";
import {
  AssignTaskDocument,
  CancelTaskDocument,
  type Priority,
  ReopenTaskDocument,
  ReviewTaskDocument,
  SetPriorityDocument,
  UnblockTaskDocument,
  type Verdict,
} from "../../api/documents";
import { AgentSelect } from "../../components/AgentSelect";
import { Field, FormDialog } from "../../components/Form";
import { useAct } from "../../layout/use-mutation";
import type { Task } from "./TaskPage";

type Asked = "assign" | "cancel" | "reopen" | "review";

/** What a person can do with the task as it stands. */
export function Acts({ task }: { task: Task }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [setPriority, prioritising] = useAct(SetPriorityDocument);
  const [unblock, unblocking] = useAct(UnblockTaskDocument);
  const ended = task.status === "DONE" || task.status === "CANCELLED";
  const close = () => setAsked(null);

  return (
    <div className="acts">
      {task.status === "VALIDATING" && (
        <button type="button" className="primary" onClick={() => setAsked("review")}>
          Review
        </button>
      )}
      {task.status === "BLOCKED" && task.waitingOn.some(({ kind }) => kind === "REASON") && (
        <button type="button" className="primary" disabled={unblocking} onClick={() => unblock({ task: task.id })}>
          Unblock
        </button>
      )}
      {!ended && (
        <>
          <button type="button" onClick={() => setAsked("assign")}>
            Assign
          </button>
          <label className="inline">
            Priority
            <select
              value={task.priority}
              disabled={prioritising}
              onChange={(event) => setPriority({ id: task.id, priority: event.target.value as Priority })}
            >
              {["P0", "P1", "P2", "P3"].map((priority) => (
                <option key={priority}>{priority}</option>
              ))}
            </select>
          </label>
          <button type="button" className="danger" onClick={() => setAsked("cancel")}>
            Cancel task
          </button>
        </>
      )}
      {ended && (
        <button type="button" onClick={() => setAsked("reopen")}>
          Reopen
        </button>
      )}
      {asked === "assign" && <Assign task={task} onClose={close} />}
      {asked === "review" && <Review task={task} onClose={close} />}
      {asked === "cancel" && <Cancel task={task} onClose={close} />}
      {asked === "reopen" && <Reopen task={task} onClose={close} />}
    </div>
  );
}

interface ActProps {
  readonly task: Task;
  readonly onClose: () => void;
}

function Assign({ task, onClose }: ActProps) {
  const [assignee, setAssignee] = useState(task.assignee?.name ?? "");
  const [reviewer, setReviewer] = useState(task.reviewer?.name ?? "");
  const [instructions, setInstructions] = useState(task.instructions);
  const [done, setDone] = useState("");
  const [pending, setPending] = useState("");
  const [act, busy] = useAct(AssignTaskDocument);
  const moved = task.startedAt !== null && task.assignee !== null && assignee !== task.assignee.name;

  const submit = async () => {
    const input = {
      task: task.id,
      instructions,
      // What did not change is left out: the server would take it for said again.
      ...(assignee !== (task.assignee?.name ?? "") && { assignee: assignee || null }),
      ...(reviewer !== (task.reviewer?.name ?? "") && { reviewer: reviewer || null }),
      ...(moved && (done || pending) && { handoff: { done, pending } }),
    };
    if (await act({ input })) onClose();
  };
  return (
    <FormDialog title={`Assign ${task.id}`} act="Assign" busy={busy} onSubmit={submit} onClose={onClose}>
      <Field label="To">
        <AgentSelect value={assignee} onChange={setAssignee} none="Nobody: whoever claims it" />
      </Field>
      <Field label="Reviewer">
        <AgentSelect value={reviewer} onChange={setReviewer} none="Whoever may review" />
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

function Review({ task, onClose }: ActProps) {
  const [verdict, setVerdict] = useState<Verdict>("APPROVED");
  const [comment, setComment] = useState("");
  const [rejected, setRejected] = useState<ReadonlySet<string>>(new Set());
  const [act, busy] = useAct(ReviewTaskDocument);
  const approved = verdict === "APPROVED";

  const submit = async () => {
    const criteria = task.criteria.map(({ id }) => ({ id, accepted: approved || !rejected.has(id) }));
    if (await act({ input: { task: task.id, verdict, comment, criteria } })) onClose();
  };
  const toggle = (id: string) => {
    const next = new Set(rejected);
    if (!next.delete(id)) next.add(id);
    setRejected(next);
  };
  return (
    <FormDialog
      title={`Review ${task.id}`}
      act={approved ? "Approve" : "Ask for changes"}
      danger={!approved}
      busy={busy}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="prose">{task.result}</p>
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
          <legend className="field-label">What holds</legend>
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

function Cancel({ task, onClose }: ActProps) {
  const [reason, setReason] = useState("");
  const [act, busy] = useAct(CancelTaskDocument);
  const submit = async () => {
    if (await act({ task: task.id, reason })) onClose();
  };
  return (
    <FormDialog title={`Cancel ${task.id}?`} act="Cancel task" danger busy={busy} onSubmit={submit} onClose={onClose}>
      <Field label="Why">
        <textarea required value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

function Reopen({ task, onClose }: ActProps) {
  const [reason, setReason] = useState("");
  const [act, busy] = useAct(ReopenTaskDocument);
  const submit = async () => {
    if (await act({ task: task.id, reason })) onClose();
  };
  return (
    <FormDialog title={`Reopen ${task.id}?`} act="Reopen" busy={busy} onSubmit={submit} onClose={onClose}>
      <Field label="Why">
        <textarea required value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
