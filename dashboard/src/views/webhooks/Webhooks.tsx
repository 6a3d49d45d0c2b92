import { useState } from "react";
import {
  DeleteWebhookDocument,
  ResumeWebhookDocument,
  TestWebhookDocument,
  type WebhookRowFragment,
  WebhooksDocument,
} from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { FormDialog } from "../../components/forms/Form";
import { formatCount, formatNumber } from "../../components/text/format";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { webhookEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { Deliveries } from "./Deliveries";
import { NewWebhook } from "./NewWebhook";
import "./webhooks.css";

/** Where the room's events are sent, and what became of them. Only admins see it. */
export default function Webhooks() {
  const { name } = useRoom();
  const { data, refusal, refetch } = useLiveQuery(WebhooksDocument, { room: name }, webhookEvents);
  const [creating, setCreating] = useState(false);

  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  const { webhooks } = data.room;
  return (
    <div className="stack">
      <header className="view-head">
        <h1>Webhooks</h1>
        <button type="button" onClick={() => setCreating(true)}>
          New webhook
        </button>
      </header>
      {webhooks.length === 0 && (
        <p className="soft">No webhooks yet. Each sends what happens in this room to an address outside.</p>
      )}
      {webhooks.map((webhook) => (
        <WebhookEntry key={webhook.id} webhook={webhook} onChange={refetch} />
      ))}
      {creating && <NewWebhook onClose={() => setCreating(false)} />}
    </div>
  );
}

interface WebhookEntryProps {
  readonly webhook: WebhookRowFragment;
  readonly onChange: () => void;
}

function WebhookEntry({ webhook, onChange }: WebhookEntryProps) {
  const { id, url, kinds, labels, active, failures, lastStatus, lastDeliveredAt } = webhook;
  const [open, setOpen] = useState(false);
  return (
    <article className="panel entry" aria-label={url}>
      <h2>
        <span className="id">{id}</span> <code>{url}</code>{" "}
        {!active && (
          <span className="tag" data-state="BLOCKED">
            switched off
          </span>
        )}
      </h2>
      <p className="facts soft">
        <span title={kinds.join(", ")}>{kinds.length === 0 ? "all events" : formatCount(kinds.length, "kind")}</span>
        {labels.length > 0 && <span>of tasks with {labels.join(" or ")}</span>}
        <span>
          {lastDeliveredAt ? (
            <>
              last taken <RelativeTime at={lastDeliveredAt} /> ago
            </>
          ) : (
            "nothing taken yet"
          )}
        </span>
        {failures > 0 && (
          <span className="tag" data-state="STALE">
            {formatCount(failures, "failure")} in a row{lastStatus !== null && `, last ${lastStatus}`}
          </span>
        )}
      </p>
      <WebhookActions webhook={webhook} onChange={onChange} />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Deliveries</summary>
        {open && <Deliveries webhook={id} />}
      </details>
    </article>
  );
}

function WebhookActions({ webhook: { id, url, active }, onChange }: WebhookEntryProps) {
  const [deleting, setDeleting] = useState(false);
  const [test, testing] = useMutation(TestWebhookDocument);
  const [resume, resuming] = useMutation(ResumeWebhookDocument);
  const [remove, removing] = useMutation(DeleteWebhookDocument);

  const removeIt = async () => {
    if (!(await remove({ webhook: id }, "Deleted."))) return;
    setDeleting(false);
    onChange();
  };
  const testIt = async () => {
    await test({ webhook: id }, ({ testWebhook: delivery }) =>
      delivery?.error === ""
        ? `Taken with ${delivery.status} in ${formatNumber(delivery.milliseconds)} ms.`
        : `Not taken: ${delivery?.error}`,
    );
    onChange();
  };
  return (
    <div className="actions">
      <button type="button" disabled={testing} onClick={testIt}>
        Send a test
      </button>
      {!active && (
        <button
          type="button"
          className="primary"
          disabled={resuming}
          title="It goes on with the event at which it stopped"
          onClick={async () => {
            await resume({ webhook: id }, "Switched on.");
            onChange();
          }}
        >
          Resume
        </button>
      )}
      <button type="button" className="danger" onClick={() => setDeleting(true)}>
        Delete
      </button>
      {deleting && (
        <FormDialog
          title={`Delete ${id}?`}
          submitLabel="Delete"
          danger
          disabled={removing}
          onSubmit={removeIt}
          onClose={() => setDeleting(false)}
        >
          <p>{url} gets nothing any more. Its deliveries go with it.</p>
        </FormDialog>
      )}
    </div>
  );
}
