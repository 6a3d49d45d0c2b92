import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { CreateTaskDocument, type Priority } from "../../api/documents";
import { AgentSelect } from "../../components/AgentSelect";
import { Field, FormDialog } from "../../components/Form";
import { onceKey } from "../../components/idempotency-key";
import { idsIn, linesIn } from "../../components/parse-input";
import { useRoom } from "../../layout/room";
import { useAct } from "../../layout/use-mutation";

interface NewTaskProps {
  /** Where it shall stand, if that is known. */
  readonly objective?: string;
  readonly onClose: () => void;
}

/** A task to make. */
export function NewTask({ objective: given = "", onClose }: NewTaskProps) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [criteria, setCriteria] = useState("");
  const [objective, setObjective] = useState(given);
  const [dependsOn, setDependsOn] = useState("");
  const [assignee, setAssignee] = useState("");
  const [priority, setPriority] = useState<Priority>("P2");
  const [create, busy] = useAct(CreateTaskDocument);
  // Sent twice, it is made once.
  const key = useRef(onceKey());

  const submit = async () => {
    const input = {
      room: room.name,
      title,
      description,
      priority,
      criteria: linesIn(criteria),
      dependsOn: idsIn(dependsOn),
      objective: idsIn(objective)[0] ?? null,
      assignee: assignee || null,
      idempotencyKey: key.current,
    };
    const made = await create({ input });
    if (!made?.createTask) return;
    onClose();
    navigate(room.to("tasks", made.createTask.id));
  };
  return (
    <FormDialog title="New task" act="Make it" busy={busy} onSubmit={submit} onClose={onClose}>
      <Field label="Title">
        <input required maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
      </Field>
      <Field label="Description">
        <textarea value={description} onChange={(event) => setDescription(event.target.value)} />
      </Field>
      <Field
        label="Done means"
        hint={
          room.head?.settings.requireDoneCriteria
            ? "One on each line. It can't start without any."
            : "One on each line."
        }
      >
        <textarea value={criteria} onChange={(event) => setCriteria(event.target.value)} />
      </Field>
      <div className="two">
        <Field label="Priority">
          <select value={priority} onChange={(event) => setPriority(event.target.value as Priority)}>
            {["P0", "P1", "P2", "P3"].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </Field>
        <Field label="For">
          <AgentSelect value={assignee} onChange={setAssignee} none="Whoever claims it" />
        </Field>
        <Field label="Objective">
          <input placeholder="O…" value={objective} onChange={(event) => setObjective(event.target.value)} />
        </Field>
        <Field label="Waits for">
          <input placeholder="T…, T…" value={dependsOn} onChange={(event) => setDependsOn(event.target.value)} />
        </Field>
      </div>
    </FormDialog>
  );
}
