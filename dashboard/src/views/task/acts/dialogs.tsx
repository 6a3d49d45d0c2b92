import { useState } from "react";
import { Link } from "wouter";
import {
  CancelTaskDocument,
  MembersDocument,
  type Priority,
  ReopenTaskDocument,
  UpdateTaskDocument,
} from "../../../api/documents";
import { Chooser } from "../../../components/forms/Chooser";
import { Dialog } from "../../../components/forms/Dialog";
import { Field, FormDialog } from "../../../components/forms/Form";
import { parseWords } from "../../../components/forms/parse-input";
import type { Option } from "../../../components/pickers/Combobox";
import { ThingPicker } from "../../../components/pickers/ThingPicker";
import type { Thing } from "../../../components/pickers/things";
import { useRoom } from "../../../layout/room";
import { agentEvents } from "../../../log/invalidation";
import { useLiveQuery } from "../../../log/use-live-query";
import { useSession } from "../../../session/session";
import type { CarryOut } from "./acts";
import { assigning, changesHands, prioritising } from "./changes";
import { type Destination, moveTo } from "./moves";
import { type ActTask, nameOf, type Outcome } from "./perform";

export interface DialogProps {
  readonly tasks: readonly ActTask[];
  readonly carryOut: CarryOut;
  readonly onClose: () => void;
}

export const PRIORITIES: readonly (Option & { readonly key: Priority })[] = [
  { key: "P0", label: "P0", detail: "now" },
  { key: "P1", label: "P1", detail: "next" },
  { key: "P2", label: "P2", detail: "normal" },
  { key: "P3", label: "P3", detail: "some day" },
];
const NOBODY: Option = { key: "", label: "Nobody", detail: "anyone can claim it" };

export function Prioritise({ tasks, carryOut, onClose }: DialogProps) {
  const { api } = useSession();
  return (
    <Chooser
      title={`Priority of ${nameOf(tasks)}`}
      label="Priority"
      options={PRIORITIES}
      onChoose={({ key }) => void carryOut(tasks, prioritising(api, key))}
      onClose={onClose}
    />
  );
}

interface AssignProps extends DialogProps {
  /** Left out, it is asked who; null is nobody. */
  readonly assignee?: string | null;
}

/** Asks who it is for and, where work was begun, for a handoff. */
export function Assign({ tasks, carryOut, onClose, assignee: known }: AssignProps) {
  const { api } = useSession();
  const { name: room, info } = useRoom();
  const { data } = useLiveQuery(MembersDocument, { room }, agentEvents);
  const [assignee, setAssignee] = useState(known);
  const [done, setDone] = useState("");
  const [pending, setPending] = useState("");

  const choose = (name: string | null) => {
    if (tasks.some((task) => changesHands(task, name))) setAssignee(name);
    else void carryOut(tasks, assigning(api, tasks, name));
  };
  if (assignee === undefined) {
    const members = (data?.agents ?? []).map(({ name, presence }) => ({
      key: name,
      label: name,
      detail: presence.toLowerCase(),
    }));
    return (
      <Chooser
        title={`Assign ${nameOf(tasks)}`}
        label="Assignee"
        options={[NOBODY, ...members]}
        busy={!data}
        onChoose={({ key }) => choose(key || null)}
        onClose={onClose}
      />
    );
  }
  const begun = tasks.filter((task) => changesHands(task, assignee));
  const required = info?.settings.requireHandoff ?? false;
  return (
    <FormDialog
      title={assignee ? `Hand ${nameOf(tasks)} to ${assignee}` : `Release ${nameOf(tasks)}`}
      submitLabel={assignee ? "Assign" : "Release"}
      disabled={false}
      onSubmit={() => void carryOut(tasks, assigning(api, tasks, assignee, { done, pending }))}
      onClose={onClose}
    >
      <p>
        {begun.length === 1 ? `${begun[0]?.assignee?.name} works on it` : `${begun.length} of them are being worked on`}
        : say what the next one must know.
      </p>
      <Field label="Handoff: what is done">
        <textarea required={required} value={done} onChange={(event) => setDone(event.target.value)} />
      </Field>
      <Field label="Handoff: what is pending">
        <textarea required={required} value={pending} onChange={(event) => setPending(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

/** Asks why, and cancels or reopens. */
export function Reason({ tasks, carryOut, onClose, act }: DialogProps & { act: "cancel" | "reopen" }) {
  const { api } = useSession();
  const [reason, setReason] = useState("");
  const cancels = act === "cancel";
  const submit = () => {
    const cancel = ({ id }: ActTask) => api.mutate(CancelTaskDocument, { task: id, reason });
    const reopen = ({ id }: ActTask) => api.mutate(ReopenTaskDocument, { task: id, reason });
    const again = ({ id }: ActTask) =>
      api.mutate(ReopenTaskDocument, { task: id, reason: "It was cancelled by mistake." });
    void carryOut(tasks, cancels ? { done: "cancelled", run: cancel, undo: again } : { done: "reopened", run: reopen });
  };
  return (
    <FormDialog
      title={`${cancels ? "Cancel" : "Reopen"} ${nameOf(tasks)}?`}
      submitLabel={cancels ? (tasks.length === 1 ? "Cancel task" : "Cancel tasks") : "Reopen"}
      closeLabel={cancels ? "Keep it" : "Cancel"}
      danger={cancels}
      disabled={false}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Why">
        <textarea required value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

export function AddLabels({ tasks, carryOut, onClose }: DialogProps) {
  const { api } = useSession();
  const [text, setText] = useState("");
  const submit = () => {
    const added = parseWords(text);
    const set = (id: string, labels: readonly string[]) =>
      api.mutate(UpdateTaskDocument, { input: { id, labels: [...labels] } });
    void carryOut(tasks, {
      done: `labelled ${added.join(", ")}`,
      run: ({ id, labels }) => set(id, [...new Set([...labels, ...added])]),
      undo: ({ id, labels }) => set(id, labels),
    });
  };
  return (
    <FormDialog
      title={`Add labels to ${nameOf(tasks)}`}
      submitLabel="Add"
      disabled={false}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Labels" hint="Separated by commas.">
        <input required value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

export function SetObjective({ tasks, carryOut, onClose }: DialogProps) {
  const { api } = useSession();
  const [chosen, setChosen] = useState<readonly Thing[]>([]);
  const submit = () => {
    const [objective] = chosen;
    const set = (id: string, to: string | null) => api.mutate(UpdateTaskDocument, { input: { id, objective: to } });
    void carryOut(tasks, {
      done: objective ? `now in ${objective.id}` : "in no objective",
      run: ({ id }) => set(id, objective?.id ?? null),
      undo: (task) => set(task.id, task.objective?.id ?? null),
    });
  };
  return (
    <FormDialog
      title={`Move ${nameOf(tasks)} to another objective`}
      submitLabel="Move"
      disabled={false}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Objective" hint="Without one, it is in none.">
        <ThingPicker label="Objective" kind="objective" most={1} value={chosen} onChange={setChosen} />
      </Field>
    </FormDialog>
  );
}

const DESTINATIONS: readonly (Option & { readonly key: Destination })[] = [
  { key: "TODO", label: "To do" },
  { key: "CANCELLED", label: "Cancelled" },
];
const MOVE_WORDS = { cancel: "cancel it", release: "release it", reopen: "reopen it", unblock: "unblock it" };

interface DestinationsProps extends DialogProps {
  readonly onMove: (tasks: readonly ActTask[], to: Destination) => void;
}

/** Asks for the column of the board that it is put into. */
export function Destinations({ tasks, onMove, onClose }: DestinationsProps) {
  const [first] = tasks;
  const options = DESTINATIONS.flatMap((option) => {
    const move = first && moveTo(first.status, option.key);
    return move ? [{ ...option, detail: MOVE_WORDS[move] }] : [];
  });
  return (
    <Chooser
      title={`Move ${nameOf(tasks)}`}
      label="Where to"
      options={options}
      onChoose={({ key }) => onMove(tasks, key)}
      onClose={onClose}
    />
  );
}

/** How far an act on many tasks is. */
export function Progress({ finished, of }: { finished: number; of: number }) {
  return (
    <Dialog title="Working" onClose={() => undefined}>
      <p role="status">
        {finished} of {of}
      </p>
      <progress aria-label="Progress" max={of} value={finished} />
    </Dialog>
  );
}

interface RefusalsProps {
  readonly done: string;
  readonly outcome: Outcome;
  readonly onClose: () => void;
}

/** What of an act on many tasks was refused, line by line. */
export function Refusals({ done, outcome: { done: finished, refused }, onClose }: RefusalsProps) {
  const room = useRoom();
  return (
    <Dialog title={`${refused.length} of ${finished.length + refused.length} refused`} onClose={onClose}>
      <p>{finished.length > 0 ? `${nameOf(finished)}: ${done}.` : "Nothing was changed."} These stay as they were:</p>
      <ul className="rows">
        {refused.map(({ task, refusal }) => (
          <li key={task.id}>
            <Link href={room.to("tasks", task.id)} onClick={onClose}>
              <span className="id">{task.id}</span> {task.title}
            </Link>
            <p className="field-error">
              {refusal.message} {refusal.hintForPeople}
            </p>
          </li>
        ))}
      </ul>
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
