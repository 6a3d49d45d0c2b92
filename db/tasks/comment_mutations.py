"""Adding a comment to a task or an objective."""

from db.conversation import comments
from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind
from db.core.errors import BadInput
from db.core.queries import q, required
from db.core.records import Comment
from db.goal_tree import objectives
from db.tasks.task_guard import hold

# The other kinds come with an act: a handoff with a release, a submission with a completion.
_BY_HAND = (CommentKind.NOTE, CommentKind.PROGRESS, CommentKind.DECISION)


async def add(database: Database, caller: Caller, on: str, kind: CommentKind, body: str, key: str | None) -> Comment:
    """Say something on a task or an objective; a holder's comment renews its lease, PROGRESS counts as progress."""
    letter, number = ids.split(on)
    if letter not in (ids.TASK, ids.OBJECTIVE):
        raise BadInput("on", f"Comments can only be added to tasks and objectives, and {on} is neither.")
    if kind not in _BY_HAND:
        raise BadInput(
            "kind",
            f"addComment does not accept the kind {kind}: the server writes such comments.",
            "Send NOTE, PROGRESS or DECISION.",
        )
    if not body.strip():
        raise BadInput("body", "body is empty.")
    validation.text("body", body)
    async with comments.preserve_late_text(database, caller), database.transaction() as tx:
        if letter == ids.OBJECTIVE:
            room_id, task, objective = (await objectives.find(tx, caller, on)).room_id, None, number
            caller.must_work(room_id, on)
        else:
            held = await hold(tx, caller, on, text=body)
            room_id, task, objective = held.task.room_id, number, None
        answer = await idempotency.stored_answer(tx, caller, "addComment", key, [on, kind, body])
        if answer is not None:
            written = Comment.of(required(await q.comment_by_id(tx, comment_id=answer)))
            caller.must_see(written.room_id, ids.of(ids.COMMENT, answer))
            return written
        comment = await comments.write(tx, room_id, kind, body, author=caller.agent_id, task=task, objective=objective)
        if task is not None and held.by_caller:
            await q.renew_lease(tx, task_id=task, lease_seconds=None, quiet_seconds=None)
            if kind is CommentKind.PROGRESS:
                await q.note_progress(tx, task_id=task)
        await idempotency.store_answer(tx, caller, "addComment", key, comment.id)
    return comment
