import { useState } from "react";
import { SetCriteriaDocument } from "../../api/documents";
import { Field, FormDialog } from "../../components/Form";
import { Markdown } from "../../components/Markdown";
import { Panel } from "../../components/Panel";
import { parseLines } from "../../components/parse-input";
import { useMutation } from "../../layout/use-mutation";
import { useSession } from "../../session/session";
import type { Task } from "./task";

/** The criteria of the task, with the evidence of its assignee and the verdict of its reviewer. */
export function Criteria({ task }: { task: Task }) {
  const [editing, setEditing] = useState(false);
  const { canWrite } = useSession();
  const open = task.status === "TODO" || task.status === "BLOCKED";
  const action = open && canWrite && (
    <button type="button" className="quiet" onClick={() => setEditing(true)}>
      {task.criteria.length === 0 ? "Set criteria" : "Change"}
    </button>
  );
  return (
    <Panel title="Done when" count={task.criteria.length} empty="No criteria yet." action={action}>
      <ul className="lines criteria">
        {task.criteria.map((criterion) => (
          <li key={criterion.id} data-met={criterion.met || undefined}>
            <span className="check" role="img" aria-label={criterion.met ? "met" : "not met yet"}>
              {criterion.met ? "✓" : "○"}
            </span>
            <div>
              <p>{criterion.text}</p>
              {criterion.evidence && (
                <div className="evidence">
                  <Markdown text={criterion.evidence} />
                </div>
              )}
            </div>
            {criterion.accepted !== null && (
              <span className="tag" data-state={criterion.accepted ? "DONE" : "BLOCKED"}>
                {criterion.accepted ? "accepted" : "not accepted"}
              </span>
            )}
          </li>
        ))}
      </ul>
      {editing && <SetCriteria task={task} onClose={() => setEditing(false)} />}
    </Panel>
  );
}

function SetCriteria({ task, onClose }: { task: Task; onClose: () => void }) {
  const [text, setText] = useState(task.criteria.map((criterion) => criterion.text).join("\n"));
  const [setCriteria, disabled] = useMutation(SetCriteriaDocument);
  const submit = async () => {
    if (await setCriteria({ task: task.id, criteria: parseLines(text) })) onClose();
  };
  return (
    <FormDialog
      title={`Criteria of ${task.id}`}
      submitLabel="Set"
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Criteria" hint="One on each line. They are frozen once work starts.">
        <textarea value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
