import { type FormEvent, useRef, useState } from "react";
import { AddCommentDocument, TaskCommentsDocument } from "../../api/documents";
import { isComposing } from "../../components/composition";
import { newIdempotencyKey } from "../../components/idempotency-key";
import { Markdown } from "../../components/Markdown";
import { Panel } from "../../components/Panel";
import { RelativeTime } from "../../components/RelativeTime";
import { useMutation } from "../../layout/use-mutation";
import type { ChangeFilter } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";

const STEP = 30;
const MAX = 200;

/** The comments on a task, oldest first, and a field to add one. */
export function Comments({ id, invalidatedBy }: { id: string; invalidatedBy: ChangeFilter }) {
  const [last, setLast] = useState(STEP);
  const { data } = useLiveQuery(TaskCommentsDocument, { id, last }, invalidatedBy);
  const comments = data?.task?.comments;
  if (!comments) return null;
  const earlier = comments.totalCount - comments.nodes.length;
  return (
    <Panel title="Comments" count={comments.totalCount}>
      {earlier > 0 && (
        <p className="padded">
          {last < MAX ? (
            <button type="button" onClick={() => setLast(Math.min(MAX, last + 3 * STEP))}>
              Show earlier comments
            </button>
          ) : (
            <span className="soft">{earlier} earlier comments are not shown.</span>
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
                <RelativeTime at={comment.createdAt} /> ago
              </span>
            </p>
            <Markdown text={comment.body} mentions={comment.mentions.map(({ name }) => name)} />
          </li>
        ))}
      </ol>
      <CanWrite>
        <CommentForm id={id} />
      </CanWrite>
    </Panel>
  );
}

function CommentForm({ id }: { id: string }) {
  const [body, setBody] = useState("");
  const [add, disabled] = useMutation(AddCommentDocument);
  // The same until it was sent, so that a retry adds no second comment.
  const key = useRef(newIdempotencyKey());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await add({ input: { on: id, body, idempotencyKey: key.current } }, "Comment added."))) return;
    key.current = newIdempotencyKey();
    setBody("");
  };
  return (
    <form className="padded comment-form" onSubmit={submit}>
      <textarea
        aria-label="Comment"
        placeholder="Write a comment. @name mentions somebody."
        required
        value={body}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !isComposing(event))
            event.currentTarget.form?.requestSubmit();
        }}
      />
      <button type="submit" disabled={disabled}>
        Comment
      </button>
    </form>
  );
}
