import { useState } from "react";
import { TaskHistoryDocument } from "../../api/documents";
import { Panel } from "../../components/Panel";
import { ActLine } from "../../log/ActLine";
import { actsOf } from "../../log/acts";
import type { ChangeFilter } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";

const STEP = 50;
const MAX = 200;

/** What was done with a task, a line an act, oldest first. */
export function History({ id, invalidatedBy }: { id: string; invalidatedBy: ChangeFilter }) {
  const [first, setFirst] = useState(STEP);
  const { data } = useLiveQuery(TaskHistoryDocument, { id, first }, invalidatedBy);
  const history = data?.task?.history;
  if (!history) return null;
  return (
    <Panel title="History">
      <ol className="log-lines history">
        {actsOf(history.nodes).map((act) => (
          <ActLine key={act.head.cursor} act={act} of={id} dated />
        ))}
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
