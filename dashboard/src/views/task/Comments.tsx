import { type FormEvent, useState } from "react";
import { AddCommentDocument, MembersDocument, TaskCommentsDocument } from "../../api/documents";
import { Panel } from "../../components/Panel";
import { CommentList } from "../../components/tasks/CommentList";
import { useDraft } from "../../components/writing/draft";
import { MentionField } from "../../components/writing/MentionField";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { agentEvents, type ChangeFilter } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";
import { useSession } from "../../session/session";

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
      <CommentList comments={comments.nodes} />
      <CanWrite>
        <CommentForm id={id} />
      </CanWrite>
    </Panel>
  );
}

/** A field to comment on a task or an objective. */
export function CommentForm({ id }: { id: string }) {
  const { me } = useSession();
  const { name } = useRoom();
  const { text, change, send } = useDraft(`${me.name}/${id}`);
  const { data } = useLiveQuery(MembersDocument, { room: name }, agentEvents);
  const [add, disabled] = useMutation(AddCommentDocument);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (disabled) return;
    void send(
      async (body, idempotencyKey) => !!(await add({ input: { on: id, body, idempotencyKey } }, "Comment added.")),
    );
  };
  return (
    <form className="padded comment-form" onSubmit={submit}>
      <MentionField
        label="Comment"
        placeholder="Write a comment. @name mentions somebody."
        value={text}
        onChange={change}
        names={(data?.agents ?? []).map((agent) => agent.name).filter((agent) => agent !== me.name)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
        }}
      />
      <button type="submit" disabled={disabled || !text.trim()}>
        Comment
      </button>
    </form>
  );
}
