import { SetCriteriaDocument } from "../../api/documents";
import { Editable } from "../../components/editing/Editable";
import { LongTextEditor } from "../../components/editing/editors";
import { parseLines } from "../../components/forms/parse-input";
import { Panel } from "../../components/Panel";
import { Markdown } from "../../components/text/Markdown";
import { useSession } from "../../session/session";
import type { Task } from "./task";

/** The criteria of the task, with the evidence of its assignee and the verdict of its reviewer. */
export function Criteria({ task }: { task: Task }) {
  const { api } = useSession();
  return (
    <Panel title="Done when" count={task.criteria.length}>
      <div className="padded">
        <Editable
          of={task.id}
          label="Criteria"
          value={task.criteria.map(({ text }) => text).join("\n")}
          editor={(props) => (
            <LongTextEditor {...props} hint="One on each line. Whoever works on it can't change them any more." />
          )}
          onSave={(text) => api.mutate(SetCriteriaDocument, { task: task.id, criteria: parseLines(text) })}
          fixed={!useMaySetCriteria(task)}
        >
          {task.criteria.length > 0 ? <CriteriaList task={task} /> : <span className="soft">No criteria yet.</span>}
        </Editable>
      </div>
    </Panel>
  );
}

/** Before the start anybody; then whoever created or reviews it, but not its holder. */
function useMaySetCriteria({ status, startedAt, assignee, creator, reviewer }: Task): boolean {
  const { me } = useSession();
  if (status === "DONE" || status === "CANCELLED") return false;
  if (startedAt === null) return true;
  return assignee?.name !== me.name && (creator.name === me.name || reviewer?.name === me.name);
}

function CriteriaList({ task }: { task: Task }) {
  return (
    <ul className="criteria">
      {task.criteria.map((criterion) => (
        <li key={criterion.id} data-met={criterion.met || undefined}>
          <span className="check" role="img" aria-label={criterion.met ? "met" : "not met yet"}>
            {criterion.met ? "✓" : "○"}
          </span>
          <div>
            <p>{criterion.text}</p>
            {criterion.evidence && (
              <div className="evidence">
                <Markdown text={criterion.evidence} />
              </div>
            )}
          </div>
          {criterion.accepted !== null && (
            <span className="tag" data-state={criterion.accepted ? "DONE" : "BLOCKED"}>
              {criterion.accepted ? "accepted" : "not accepted"}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
