import { useEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { ObjectiveCommentsDocument, ObjectivePageDocument, UpdateObjectiveDocument } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { Editable } from "../../components/editing/Editable";
import { LongTextEditor, TextEditor } from "../../components/editing/editors";
import { CommentList } from "../../components/tasks/CommentList";
import { Progress } from "../../components/tasks/Progress";
import { TaskLine } from "../../components/tasks/TaskLine";
import { TaskState } from "../../components/tasks/TaskState";
import { formatNumber } from "../../components/text/format";
import { Markdown } from "../../components/text/Markdown";
import { useRoom } from "../../layout/room";
import { eventKinds, objectiveEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";
import { useSession } from "../../session/session";
import { BurnUp } from "../objective/BurnUp";
import { CommentForm } from "../task/Comments";
import { KeyResults } from "./KeyResults";
import { ObjectiveActions } from "./ObjectiveActions";
import { ObjectiveProperties } from "./ObjectiveProperties";
import type { Objective } from "./objective";

interface ObjectivePageProps {
  readonly id: string;
  /** Called once with its ancestors, so that the tree can expand down to it. */
  readonly onAncestors: (ids: readonly string[]) => void;
}

/** One objective: its progress, properties, key results, tasks and comments. */
export function ObjectivePage({ id, onAncestors }: ObjectivePageProps) {
  const room = useRoom();
  const { data, refusal } = useLiveQuery(ObjectivePageDocument, { id }, objectiveEvents);
  const objective = data?.objective;
  const reported = useRef(false);

  useEffect(() => {
    if (!objective || reported.current) return;
    reported.current = true;
    onAncestors(objective.ancestors.map((one) => one.id));
  });

  return (
    <aside className="objective" aria-label="Objective">
      {!objective && (refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>)}
      {objective && (
        <>
          <nav className="crumbs" aria-label="Breadcrumbs">
            <Link href={room.to("tree")}>Tree</Link>
            {objective.ancestors.map((one) => (
              <Link key={one.id} href={room.to("tree", one.id)}>
                {one.title}
              </Link>
            ))}
          </nav>
          <Texts objective={objective} />
          <ObjectiveActions objective={objective} />
          <ObjectiveProperties objective={objective} />
          <KeyResults objective={objective} />
          {objective.counts.total > 0 && <BurnUp objective={objective.id} />}
          <Tasks tasks={objective.tasks} />
          <Comments id={objective.id} />
        </>
      )}
    </aside>
  );
}

/** Its title, how far it is, and its description. */
function Texts({ objective }: { objective: Objective }) {
  const { api, canWrite } = useSession();
  const { id, title, description, counts } = objective;
  return (
    <>
      <Editable
        of={id}
        label="Title"
        value={title}
        editor={(props) => <TextEditor {...props} required />}
        onSave={(next) => api.mutate(UpdateObjectiveDocument, { input: { id, title: next } })}
      >
        <h2>
          <span className="id">{id}</span> {title}
        </h2>
      </Editable>
      <div className="facts">
        <Progress value={objective.progress} label="Progress" />
        <span className="tag">{objective.status.toLowerCase()}</span>
        {objective.standing && <span className="tag">standing</span>}
        {objective.archivedAt && <span className="tag">archived</span>}
        {counts.total > 0 && (
          <span className="soft">
            {formatNumber(counts.done)} of {formatNumber(counts.total - counts.cancelled)} tasks done
            {counts.doing > 0 && `, ${counts.doing} in progress`}
            {counts.blocked > 0 && `, ${counts.blocked} blocked`}
          </span>
        )}
      </div>
      {(description || canWrite) && (
        <Editable
          of={id}
          label="Description"
          value={description}
          editor={(props) => <LongTextEditor {...props} hint="Markdown. Ctrl and Enter saves." />}
          onSave={(next) => api.mutate(UpdateObjectiveDocument, { input: { id, description: next } })}
        >
          {description ? <Markdown text={description} /> : <span className="soft">No description yet.</span>}
        </Editable>
      )}
    </>
  );
}

function Tasks({ tasks }: { tasks: Objective["tasks"] }) {
  return (
    <section>
      <h3>
        Tasks directly under it <span className="soft">{formatNumber(tasks.totalCount)}</span>
      </h3>
      <ul className="rows">
        {tasks.nodes.map((task) => (
          <li key={task.id}>
            <TaskLine task={task}>
              {task.assignee?.name}
              <TaskState status={task.status} ready={task.ready} stale={task.stale} />
            </TaskLine>
          </li>
        ))}
      </ul>
      {tasks.totalCount > tasks.nodes.length && <p className="soft">The first {tasks.nodes.length} are shown.</p>}
    </section>
  );
}

const PAGE = 50;
const MAX = 200;

function Comments({ id }: { id: string }) {
  const [first, setFirst] = useState(PAGE);
  const invalidatedBy = useMemo(() => eventKinds("COMMENT_ADDED"), []);
  const { data } = useLiveQuery(ObjectiveCommentsDocument, { id, first }, invalidatedBy);
  const comments = data?.objective?.comments;
  if (!comments) return null;
  const later = comments.totalCount - comments.nodes.length;
  return (
    <section aria-label="Comments">
      <h3>
        Comments <span className="soft">{formatNumber(comments.totalCount)}</span>
      </h3>
      <CommentList comments={comments.nodes} />
      {later > 0 &&
        (first < MAX ? (
          <button type="button" onClick={() => setFirst(MAX)}>
            Show later comments
          </button>
        ) : (
          <p className="soft">{later} later comments are not shown.</p>
        ))}
      <CanWrite>
        <CommentForm id={id} />
      </CanWrite>
    </section>
  );
}
