import { useState } from "react";
import { useLocation } from "wouter";
import { PromoteInsightDocument, SetCriteriaDocument } from "../../api/documents";
import { Field, FormDialog } from "../../components/forms/Form";
import { parseLines } from "../../components/forms/parse-input";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import type { Insight } from "./insight";

/** Makes a task of an insight, which the server describes by its reflections. */
export function Promote({ insight, onClose }: { insight: Insight; onClose: () => void }) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [criteria, setCriteria] = useState("");
  const [promote, promoting] = useMutation(PromoteInsightDocument);
  const [saveCriteria, saving] = useMutation(SetCriteriaDocument);

  const submit = async () => {
    // Again, it answers with the same task.
    const made = await promote({ insight: insight.id });
    if (!made?.promoteInsight) return;
    const task = made.promoteInsight.id;
    const lines = parseLines(criteria);
    if (lines.length > 0 && !(await saveCriteria({ task, criteria: lines }))) return;
    onClose();
    navigate(room.to("tasks", task));
  };
  return (
    <FormDialog
      title={`Make a task of ${insight.id}`}
      submitLabel="Create task"
      disabled={promoting || saving}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>
        “{insight.title}”. Its description will be the {insight.reflections.length} reflections.
      </p>
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
    </FormDialog>
  );
}
