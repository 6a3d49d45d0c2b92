import { DeliveriesDocument } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatDateTime, formatNumber, formatTime } from "../../components/text/format";
import { allEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";

/** The newest attempts of a webhook, newest first. */
export function Deliveries({ webhook }: { webhook: string }) {
  const { data, refusal } = useLiveQuery(DeliveriesDocument, { id: webhook }, allEvents);
  const deliveries = data?.node && "deliveries" in data.node ? data.node.deliveries : null;
  if (!deliveries) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="soft">Loading…</p>;
  if (deliveries.length === 0) return <p className="soft">Nothing was sent yet.</p>;
  return (
    <ol className="rows deliveries" reversed>
      {deliveries.map(({ at, attempt, status, error, milliseconds, event }) => (
        <li key={`${at} ${event?.id} ${attempt}`}>
          <time className="soft" dateTime={at} title={formatDateTime(at)}>
            {formatTime(at)}
          </time>
          <span>{event ? `${event.id} ${event.kind}` : "test"}</span>
          {attempt > 1 && <span className="soft">attempt {attempt}</span>}
          <span className="tag" data-state={error === "" ? "DONE" : "BLOCKED"}>
            {status ?? "no answer"}
          </span>
          <span className="soft">{error || `${formatNumber(milliseconds)} ms`}</span>
        </li>
      ))}
    </ol>
  );
}
