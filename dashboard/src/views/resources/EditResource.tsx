import { useState } from "react";
import { DefineResourceDocument, type ResourceRowFragment } from "../../api/documents";
import { Field, FormDialog } from "../../components/forms/Form";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";

interface EditResourceProps {
  /** Null makes a new one. */
  readonly resource: ResourceRowFragment | null;
  readonly onClose: () => void;
}

/** A resource's capacity, and when its breaker opens. Its name stays: tasks know it by that. */
export function EditResource({ resource, onClose }: EditResourceProps) {
  const room = useRoom();
  const [name, setName] = useState(resource?.name ?? "");
  const [capacity, setCapacity] = useState(resource?.capacity?.toString() ?? "");
  const [failureThreshold, setFailureThreshold] = useState(String(resource?.failureThreshold ?? 5));
  const [cooldownSeconds, setCooldownSeconds] = useState(String(resource?.cooldownSeconds ?? 60));
  const [define, disabled] = useMutation(DefineResourceDocument);

  const submit = async () => {
    const input = {
      room: room.name,
      name: name.trim(),
      capacity: capacity === "" ? null : Number(capacity),
      failureThreshold: Number(failureThreshold),
      cooldownSeconds: Number(cooldownSeconds),
    };
    if (await define({ input }, resource ? "Saved." : `${input.name} created.`)) onClose();
  };
  return (
    <FormDialog
      title={resource ? `Edit ${resource.name}` : "New resource"}
      submitLabel={resource ? "Save" : "Create"}
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      {!resource && (
        <Field label="Name" hint="Tasks ask for it by this.">
          <input
            required
            maxLength={100}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      )}
      <Field label="Capacity" hint="Tasks that may hold it at once; empty is no limit.">
        <input type="number" min={1} value={capacity} onChange={(event) => setCapacity(event.target.value)} />
      </Field>
      <div className="two-columns">
        <Field label="Breaker opens at" hint="Failures in a row.">
          <input
            type="number"
            min={1}
            required
            value={failureThreshold}
            onChange={(event) => setFailureThreshold(event.target.value)}
          />
        </Field>
        <Field label="Tried again after" hint="Seconds: then one task may try.">
          <input
            type="number"
            min={1}
            required
            value={cooldownSeconds}
            onChange={(event) => setCooldownSeconds(event.target.value)}
          />
        </Field>
      </div>
    </FormDialog>
  );
}
