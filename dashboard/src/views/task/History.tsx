import { useState } from "react";
import { TaskHistoryDocument } from "../../api/documents";
import { clockTime, day, fullTime } from "../../components/format";
import { Panel } from "../../components/Panel";
import { sentence } from "../../log/describe-event";
import type { Concern } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";

const STEP = 50;
const MOST = 200;

/** What became of a task, oldest first. */
export function History({ id, concern }: { id: string; concern: Concern }) {
  const [first, setFirst] = useState(STEP);
  const { data } = useLive(TaskHistoryDocument, { id, first }, concern);
  const history = data?.task?.history;
  if (!history) return null;
  return (
    <Panel title="History">
      <ol className="lines history">
        {history.nodes.map((event) => {
          const { who, deed, more } = sentence(event);
          return (
            <li key={event.cursor}>
              <time className="soft" dateTime={event.at} title={fullTime(event.at)}>
                {day(event.at)} {clockTime(event.at)}
              </time>{" "}
              <b>{who}</b> {deed} it {more && <span className="soft">{more}</span>}
            </li>
          );
        })}
      </ol>
      {history.pageInfo.hasNextPage && (
        <p className="padded">
          {first < MOST ? (
            <button type="button" onClick={() => setFirst(MOST)}>
              Show later ones
            </button>
          ) : (
            <span className="soft">Later ones are not shown.</span>
          )}
        </p>
      )}
    </Panel>
  );
}
