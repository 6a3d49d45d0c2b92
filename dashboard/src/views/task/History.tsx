import { useState } from "react";
import { Link } from "wouter";
import { TaskHistoryDocument } from "../../api/documents";
import { formatDate, formatDateTime, formatTime } from "../../components/format";
import { Panel } from "../../components/Panel";
import { useRoom } from "../../layout/room";
import { describeEvent } from "../../log/describe-event";
import { type ChangeFilter, eventKinds, type LogEvent } from "../../log/invalidation";
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
              <b>{who}</b> {action} <Thing event={event} /> {detail && <span className="soft">{detail}</span>}
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

// Whose words need something to stand behind them.
const OF_THE_TASK = eventKinds("TASK_", "DEPENDENCY_", "COMMENT_ADDED", "REFLECTION_ADDED");

function Thing({ event }: { event: LogEvent }) {
  const room = useRoom();
  if (event.proposal) return <Link href={room.to("decisions", event.proposal.id)}>{event.proposal.id}</Link>;
  return OF_THE_TASK(event) ? "it" : null;
}
