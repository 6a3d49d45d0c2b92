import { useState } from "react";
import { CreateRoomDocument } from "../../api/documents";
import { Field, FormDialog } from "../../components/forms/Form";
import { newIdempotencyKey } from "../../components/forms/idempotency-key";
import { useMutation } from "../../layout/use-mutation";

/** Makes a room, and opens it. */
export function NewRoom({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [title, setTitle] = useState("");
  const [idempotencyKey] = useState(newIdempotencyKey);
  const [create, disabled] = useMutation(CreateRoomDocument);

  const submit = async () => {
    const input = { name: name.trim(), title: title.trim() || null, idempotencyKey };
    const made = (await create({ input }))?.createRoom;
    // Loaded anew, so that it stands among the rooms that can be chosen.
    if (made) location.assign(`/rooms/${made.name}/settings`);
  };
  return (
    <FormDialog title="New room" submitLabel="Create" disabled={disabled} onSubmit={submit} onClose={onClose}>
      <Field label="Name" hint="Lower case letters, digits and hyphens. It stays.">
        <input
          required
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          pattern="[a-z0-9\-]+"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field label="Title" hint="What people call it; empty is its name.">
        <input maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
