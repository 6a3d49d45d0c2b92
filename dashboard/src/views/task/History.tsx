import { useState } from "react";
import { TaskHistoryDocument } from "../../api/documents";
import { formatDate, formatDateTime, formatTime } from "../../components/format";
import { Panel } from "../../components/Panel";
import { describeEvent } from "../../log/describe-event";
import type { ChangeFilter } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";

const STEP = 50;
const MAX = 200;

/** The events of a task, oldest first. */
export function History({ id, invalidatedBy }: { id: string; invalidatedBy: ChangeFilter }) {
  const [first, setFirst] = useState(STEP);
  const { data } = useLiveQuery(TaskHistoryDocument, { id, first }, invalidatedBy);
  const history = data?.task?.history;
  if (!history) return null;
  return (
    <Panel title="History">
      <ol className="lines history">
        {history.nodes.map((event) => {
          const { who, action, detail } = describeEvent(event);
          return (
            <li key={event.cursor}>
              <time className="soft" dateTime={event.at} title={formatDateTime(event.at)}>
                {formatDate(event.at)} {formatTime(event.at)}
              </time>{" "}
              <b>{who}</b> {action} it {detail && <span className="soft">{detail}</span>}
            </li>
          );
        })}
      </ol>
      {history.pageInfo.hasNextPage && (
        <p className="padded">
          {first < MAX ? (
            <button type="button" onClick={() => setFirst(MAX)}>
              Show later events
            </button>
          ) : (
            <span className="soft">Later events are not shown.</span>
          )}
        </p>
      )}
    </Panel>
  );
}
