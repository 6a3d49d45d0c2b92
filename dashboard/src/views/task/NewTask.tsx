import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { CreateTaskDocument, type Priority } from "../../api/documents";
import { AgentSelect } from "../../components/agents/AgentSelect";
import { Field, FormDialog } from "../../components/forms/Form";
import { newIdempotencyKey } from "../../components/forms/idempotency-key";
import { parseLines, parseWords } from "../../components/forms/parse-input";
import { ThingPicker } from "../../components/pickers/ThingPicker";
import type { Thing } from "../../components/pickers/things";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";

interface NewTaskProps {
  /** Its objective, if that is known. */
  readonly objective?: Thing | undefined;
  /** The task that it is a subtask of. */
  readonly parent?: Thing | undefined;
  readonly onClose: () => void;
}

/** The dialog for a new task. */
export function NewTask({ objective: knownObjective, parent, onClose }: NewTaskProps) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [criteria, setCriteria] = useState("");
  const [objectives, setObjectives] = useState<readonly Thing[]>(knownObjective ? [knownObjective] : []);
  const [dependsOn, setDependsOn] = useState<readonly Thing[]>([]);
  const [labels, setLabels] = useState("");
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
      dependsOn: dependsOn.map(({ id }) => id),
      labels: parseWords(labels),
      // Left out, a subtask gets the objective of its parent.
      ...(objectives[0] ? { objective: objectives[0].id } : {}),
      ...(parent && { parent: parent.id }),
      assignee: assignee || null,
      idempotencyKey: key.current,
    };
    const created = await create({ input });
    if (!created?.createTask) return;
    onClose();
    navigate(room.to("tasks", created.createTask.id));
  };
  return (
    <FormDialog
      title={parent ? `New subtask of ${parent.id}` : "New task"}
      submitLabel="Create"
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
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
          <ThingPicker label="Objective" kind="objective" most={1} value={objectives} onChange={setObjectives} />
        </Field>
        <Field label="Labels" hint="Separated by commas.">
          <input value={labels} onChange={(event) => setLabels(event.target.value)} />
        </Field>
      </div>
      <Field label="Blocked by">
        <ThingPicker label="Blocked by" kind="task" value={dependsOn} onChange={setDependsOn} />
      </Field>
    </FormDialog>
  );
}
