import { useState } from "react";
import { DismissInsightDocument } from "../../api/documents";
import { Field, FormDialog } from "../../components/forms/Form";
import { useMutation } from "../../layout/use-mutation";
import type { Insight } from "./insight";

/** Asks why nothing is to come of an insight. */
export function Dismiss({ insight, onClose }: { insight: Insight; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [dismiss, disabled] = useMutation(DismissInsightDocument);
  const submit = async () => {
    if (await dismiss({ insight: insight.id, reason }, "Dismissed.")) onClose();
  };
  return (
    <FormDialog
      title={`Dismiss ${insight.id}?`}
      submitLabel="Dismiss"
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Why" hint="Two more agents who say the same open it again.">
        <textarea required value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
