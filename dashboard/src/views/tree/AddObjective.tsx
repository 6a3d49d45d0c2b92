import { type FormEvent, useId, useRef, useState } from "react";
import { useLocation } from "wouter";
import { CreateObjectiveDocument } from "../../api/documents";
import { Dialog } from "../../components/forms/Dialog";
import { newIdempotencyKey } from "../../components/forms/idempotency-key";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";

interface AddObjectiveProps {
  readonly parent: { id: string; title: string } | null;
  readonly onClose: () => void;
}

/** The dialog for a new objective, at the top level or in another. */
export function AddObjective({ parent, onClose }: AddObjectiveProps) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [create, disabled] = useMutation(CreateObjectiveDocument);
  // The same in each try, so that a retry creates no second objective.
  const key = useRef(newIdempotencyKey());
  const field = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const variables = { room: room.name, title, description, parent: parent?.id ?? null, key: key.current };
    const created = await create(variables);
    if (!created?.createObjective) return;
    onClose();
    navigate(room.to("tree", created.createObjective.id));
  };

  return (
    <Dialog title={parent ? `New objective in ${parent.id}` : "New objective"} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label htmlFor={`${field}t`}>Title</label>
        <input
          id={`${field}t`}
          required
          maxLength={300}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <label htmlFor={`${field}d`}>Description</label>
        <textarea id={`${field}d`} value={description} onChange={(event) => setDescription(event.target.value)} />
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={disabled}>
            Create
          </button>
        </div>
      </form>
    </Dialog>
  );
}
