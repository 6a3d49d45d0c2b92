import { type FormEvent, useId, useRef, useState } from "react";
import { useLocation } from "wouter";
import { AddObjectiveDocument } from "../../api/documents";
import { Dialog } from "../../components/Dialog";
import { onceKey } from "../../components/idempotency-key";
import { useRoom } from "../../layout/room";
import { useAct } from "../../layout/use-mutation";

interface AddObjectiveProps {
  readonly parent: { id: string; title: string } | null;
  readonly onClose: () => void;
}

/** A new objective, at the top level or as a part of another. */
export function AddObjective({ parent, onClose }: AddObjectiveProps) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [add, underWay] = useAct(AddObjectiveDocument);
  // Sent twice, it is made once.
  const key = useRef(onceKey());
  const field = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const variables = { room: room.name, title, description, parent: parent?.id ?? null, key: key.current };
    const made = await add(variables);
    if (!made?.createObjective) return;
    onClose();
    navigate(room.to("tree", made.createObjective.id));
  };

  return (
    <Dialog title={parent ? `New objective in ${parent.id}` : "New objective"} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label htmlFor={`${field}t`}>What shall be reached</label>
        <input
          id={`${field}t`}
          required
          maxLength={300}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <label htmlFor={`${field}d`}>In more words</label>
        <textarea id={`${field}d`} value={description} onChange={(event) => setDescription(event.target.value)} />
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={underWay}>
            Make it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
