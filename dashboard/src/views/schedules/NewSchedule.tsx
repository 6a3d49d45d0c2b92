import { useRef, useState } from "react";
import { CreateScheduleDocument } from "../../api/documents";
import { FormDialog } from "../../components/forms/Form";
import { newIdempotencyKey } from "../../components/forms/idempotency-key";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { EMPTY_TEMPLATE, TemplateFields, taskOf } from "./TemplateFields";
import { type Timing, When } from "./When";

/** The dialog for a new schedule. */
export function NewSchedule({ onClose }: { onClose: () => void }) {
  const room = useRoom();
  const [timing, setTiming] = useState<Timing>({
    cron: "",
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    skipWhileOpen: true,
  });
  const [template, setTemplate] = useState(EMPTY_TEMPLATE);
  const [create, disabled] = useMutation(CreateScheduleDocument);
  // The same in each try, so that a retry creates no second schedule.
  const key = useRef(newIdempotencyKey());

  const submit = async () => {
    const input = { ...timing, room: room.name, task: taskOf(template), idempotencyKey: key.current };
    if (await create({ input }, "The schedule is on.")) onClose();
  };
  return (
    <FormDialog title="New schedule" submitLabel="Create" disabled={disabled} onSubmit={submit} onClose={onClose}>
      <When timing={timing} onChange={setTiming} />
      <TemplateFields template={template} onChange={setTemplate} />
    </FormDialog>
  );
}
