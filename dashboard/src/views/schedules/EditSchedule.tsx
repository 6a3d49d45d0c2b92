import { useState } from "react";
import { type ScheduleRowFragment, UpdateScheduleDocument } from "../../api/documents";
import { FormDialog } from "../../components/forms/Form";
import { useMutation } from "../../layout/use-mutation";
import { EMPTY_TEMPLATE, TemplateFields, taskOf } from "./TemplateFields";
import { type Timing, When } from "./When";

/** Changes when a schedule comes, and what its tasks are made of. */
export function EditSchedule({ schedule, onClose }: { schedule: ScheduleRowFragment; onClose: () => void }) {
  const { id, cron, timezone, skipWhileOpen, title } = schedule;
  const [timing, setTiming] = useState<Timing>({ cron, timezone, skipWhileOpen });
  const [replacing, setReplacing] = useState(false);
  const [template, setTemplate] = useState({ ...EMPTY_TEMPLATE, title });
  const [update, disabled] = useMutation(UpdateScheduleDocument);

  const submit = async () => {
    const input = { ...timing, schedule: id, ...(replacing && { task: taskOf(template) }) };
    if (await update({ input }, "Changed.")) onClose();
  };
  return (
    <FormDialog title={`Edit ${id}`} submitLabel="Save" disabled={disabled} onSubmit={submit} onClose={onClose}>
      <When timing={timing} onChange={setTiming} />
      <label className="inline">
        <input type="checkbox" checked={replacing} onChange={(event) => setReplacing(event.target.checked)} />
        Replace what its tasks are made of, as a whole
      </label>
      {replacing && <TemplateFields template={template} onChange={setTemplate} />}
    </FormDialog>
  );
}
