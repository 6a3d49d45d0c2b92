import type { CommentLineFragment } from "../../api/documents";
import { Markdown } from "../text/Markdown";
import { RelativeTime } from "../text/RelativeTime";

/** Comments, oldest first. */
export function CommentList({ comments }: { comments: readonly CommentLineFragment[] }) {
  return (
    <ol className="lines comments">
      {comments.map((comment) => (
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
  );
}
