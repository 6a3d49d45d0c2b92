import { type FormEvent, useRef, useState } from "react";
import { AddCommentDocument, TaskCommentsDocument } from "../../api/documents";
import { onceKey } from "../../components/idempotency-key";
import { Said } from "../../components/Markdown";
import { Panel } from "../../components/Panel";
import { Ago } from "../../components/RelativeTime";
import { useAct } from "../../layout/use-mutation";
import type { Concern } from "../../log/invalidation";
import { useLive } from "../../log/use-live-query";

const STEP = 30;
const MOST = 200;

/** What was said of a task, oldest first, and a place to say something. */
export function Comments({ id, concern }: { id: string; concern: Concern }) {
  const [last, setLast] = useState(STEP);
  const { data } = useLive(TaskCommentsDocument, { id, last }, concern);
  const comments = data?.task?.comments;
  if (!comments) return null;
  const earlier = comments.totalCount - comments.nodes.length;
  return (
    <Panel title="Comments" count={comments.totalCount}>
      {earlier > 0 && (
        <p className="padded">
          {last < MOST ? (
            <button type="button" onClick={() => setLast(Math.min(MOST, last + 3 * STEP))}>
              Show earlier ones
            </button>
          ) : (
            <span className="soft">{earlier} earlier ones are not shown.</span>
          )}
        </p>
      )}
      <ol className="lines comments">
        {comments.nodes.map((comment) => (
          <li key={comment.id}>
            <p className="comment-head">
              <b>{comment.author?.name ?? "Goalroom"}</b>
              {comment.kind !== "NOTE" && <span className="tag">{comment.kind.toLowerCase()}</span>}
              <span className="soft">
                <Ago at={comment.createdAt} /> ago
              </span>
            </p>
            <Said text={comment.body} />
          </li>
        ))}
      </ol>
      <Write id={id} />
    </Panel>
  );
}

function Write({ id }: { id: string }) {
  const [body, setBody] = useState("");
  const [add, busy] = useAct(AddCommentDocument);
  // Sent twice, it is said once.
  const key = useRef(onceKey());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await add({ input: { on: id, body, idempotencyKey: key.current } }))) return;
    key.current = onceKey();
    setBody("");
  };
  return (
    <form className="padded write" onSubmit={submit}>
      <textarea
        aria-label="Comment"
        placeholder="Say something. @name tells somebody."
        required
        value={body}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
        }}
      />
      <button type="submit" disabled={busy}>
        Comment
      </button>
    </form>
  );
}
