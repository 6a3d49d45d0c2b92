import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { CreateTaskDocument, type Priority } from "../../api/documents";
import { AgentSelect } from "../../components/AgentSelect";
import { Field, FormDialog } from "../../components/Form";
import { newIdempotencyKey } from "../../components/idempotency-key";
import { parseIds, parseLines } from "../../components/parse-input";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";

interface NewTaskProps {
  /** The id of its objective, if that is known. */
  readonly objective?: string;
  readonly onClose: () => void;
}

/** The dialog for a new task. */
export function NewTask({ objective: initialObjective = "", onClose }: NewTaskProps) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [criteria, setCriteria] = useState("");
  const [objective, setObjective] = useState(initialObjective);
  const [dependsOn, setDependsOn] = useState("");
  const [assignee, setAssignee] = useState("");
  const [priority, setPriority] = useState<Priority>("P2");
  const [create, disabled] = useMutation(CreateTaskDocument);
  // The same in each try, so that a retry creates no second task.
  const key = useRef(newIdempotencyKey());

  const submit = async () => {
    const input = {
      room: room.name,
      title,
      description,
      priority,
      criteria: parseLines(criteria),
      dependsOn: parseIds(dependsOn),
      objective: parseIds(objective)[0] ?? null,
      assignee: assignee || null,
      idempotencyKey: key.current,
    };
    const created = await create({ input });
    if (!created?.createTask) return;
    onClose();
    navigate(room.to("tasks", created.createTask.id));
  };
  return (
    <FormDialog title="New task" submitLabel="Create" disabled={disabled} onSubmit={submit} onClose={onClose}>
      <Field label="Title">
        <input required maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
      </Field>
      <Field label="Description">
        <textarea value={description} onChange={(event) => setDescription(event.target.value)} />
      </Field>
      <Field
        label="Done when"
        hint={
          room.info?.settings.requireDoneCriteria
            ? "One on each line. Without any, the task can't be started."
            : "One on each line."
        }
      >
        <textarea value={criteria} onChange={(event) => setCriteria(event.target.value)} />
      </Field>
      <div className="two-columns">
        <Field label="Priority">
          <select value={priority} onChange={(event) => setPriority(event.target.value as Priority)}>
            {["P0", "P1", "P2", "P3"].map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>
        </Field>
        <Field label="Assignee">
          <AgentSelect value={assignee} onChange={setAssignee} none="Nobody: anyone can claim it" />
        </Field>
        <Field label="Objective">
          <input placeholder="O…" value={objective} onChange={(event) => setObjective(event.target.value)} />
        </Field>
        <Field label="Blocked by">
          <input placeholder="T…, T…" value={dependsOn} onChange={(event) => setDependsOn(event.target.value)} />
        </Field>
      </div>
    </FormDialog>
  );
}
