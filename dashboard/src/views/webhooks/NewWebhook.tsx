import { useState } from "react";
import { CreateWebhookDocument, type EventKind } from "../../api/documents";
import { Dialog } from "../../components/forms/Dialog";
import { Field, FormDialog } from "../../components/forms/Form";
import { parseWords } from "../../components/forms/parse-input";
import { CopyText } from "../../components/text/CopyText";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { EVENT_KINDS } from "../../log/describe-event";

const SECRET_BYTES = 32;

/** A secret in the form of Standard Webhooks. The server is told it, and shows it to nobody. */
function newSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))))}`;
}

/** The dialog for a new webhook, which ends with its secret. */
export function NewWebhook({ onClose }: { onClose: () => void }) {
  const room = useRoom();
  const [url, setUrl] = useState("");
  const [kinds, setKinds] = useState<ReadonlySet<EventKind>>(new Set());
  const [labels, setLabels] = useState("");
  const [secret] = useState(newSecret);
  const [created, setCreated] = useState(false);
  const [create, disabled] = useMutation(CreateWebhookDocument);

  if (created)
    return (
      <Dialog title="The secret" onClose={onClose}>
        <p>The receiver verifies signatures with it. It is shown this once.</p>
        <CopyText label="Secret" rows={2} text={secret} />
        <div className="buttons">
          <button type="button" className="primary" onClick={onClose}>
            Done
          </button>
        </div>
      </Dialog>
    );
  const toggle = (kind: EventKind) =>
    setKinds((before) =>
      before.has(kind) ? new Set([...before].filter((one) => one !== kind)) : new Set([...before, kind]),
    );
  const submit = async () => {
    const input = { room: room.name, url: url.trim(), secret, kinds: [...kinds], labels: parseWords(labels) };
    if (await create({ input })) setCreated(true);
  };
  return (
    <FormDialog title="New webhook" submitLabel="Create" disabled={disabled} onSubmit={submit} onClose={onClose}>
      <Field label="Address" hint="https, or http where the operator allows it.">
        <input required type="url" spellCheck={false} value={url} onChange={(event) => setUrl(event.target.value)} />
      </Field>
      <Field label="Labels" hint="Only events about tasks with one of these, with commas between. Empty is all events.">
        <input value={labels} onChange={(event) => setLabels(event.target.value)} />
      </Field>
      <details>
        <summary>Kinds of events: {kinds.size === 0 ? "all" : kinds.size}</summary>
        <fieldset className="choices two-columns">
          <legend className="visually-hidden">Kinds of events</legend>
          {EVENT_KINDS.map((kind) => (
            <label key={kind}>
              <input type="checkbox" checked={kinds.has(kind)} onChange={() => toggle(kind)} /> {kind}
            </label>
          ))}
        </fieldset>
      </details>
    </FormDialog>
  );
}
