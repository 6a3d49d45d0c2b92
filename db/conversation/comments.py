"""Comments on tasks and objectives: the running log of the work."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from db.conversation import mention_resolution, messages
from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, EventKind, InboxKind
from db.core.errors import BadInput, NotHolder, StaleLease, WrongStatus
from db.core.queries import q, required
from db.core.records import Comment, Task
from db.core.transaction import Transaction


@dataclass(frozen=True, slots=True)
class NewHandoff:
    """What the next holder must know."""

    done: str
    pending: str
    gotchas: str = ""

    def checked(self) -> "NewHandoff":
        """Itself, or BAD_INPUT: what is done and what is pending can't be left empty."""
        for field in ("done", "pending"):
            if not getattr(self, field).strip():
                raise BadInput(f"handoff.{field}", f"handoff.{field} is empty: describe it in a sentence.")
        for field in ("done", "pending", "gotchas"):
            validation.text(f"handoff.{field}", getattr(self, field))
        return self

    def text(self) -> str:
        """As one text, for a comment's body."""
        lines = [f"Done: {self.done}", f"Pending: {self.pending}"]
        return "\n\n".join([*lines, f"Gotchas: {self.gotchas}"] if self.gotchas else lines)


async def write(
    tx: Transaction,
    room_id: int,
    kind: CommentKind,
    body: str,
    *,
    author: int | None,
    task: int | None = None,
    objective: int | None = None,
    handoff: NewHandoff | None = None,
    is_repeated: bool = False,
) -> Comment:
    """Add a comment to a task or an objective, log it, and notify the agents that it mentions.

    What `is_repeated` stands elsewhere too, where it has told them already.
    """
    mentioned = () if author is None else await mentions_of(tx, room_id, body)
    row = await q.insert_comment(
        tx,
        room_id=room_id,
        task_id=task,
        objective_id=objective,
        author_id=author,
        kind=kind,
        body=body,
        done=handoff.done if handoff else None,
        pending=handoff.pending if handoff else None,
        gotchas=handoff.gotchas if handoff else None,
        mentions=mentioned,
    )
    comment = Comment.of(row)
    _append_event(tx, comment.id, kind, room_id, author, task, objective)
    if mentioned and not is_repeated:
        await _notify_mentioned(tx, comment)
    return comment


async def submission_written(
    tx: Transaction, comment_id: int, task: Task, author: int, mentioned: Sequence[int]
) -> None:
    """Log the comment with the task's result, which was written with it, and notify the agents that it mentions."""
    _append_event(tx, comment_id, CommentKind.SUBMISSION, task.room_id, author, task.id, None)
    if mentioned:
        await _notify_mentioned(tx, Comment.of(required(await q.comment_by_id(tx, comment_id=comment_id))))


async def mentions_of(tx: Transaction, room_id: int, body: str) -> tuple[int, ...]:
    """The members whom a text mentions."""
    return (await mention_resolution.mentioned(tx, room_id, await mention_resolution.read(body))).agents


def _append_event(
    tx: Transaction,
    comment_id: int,
    kind: CommentKind,
    room_id: int,
    author: int | None,
    task: int | None,
    objective: int | None,
) -> None:
    data = {"comment": ids.of(ids.COMMENT, comment_id), "kind": kind.value}
    tx.append_event(room_id, EventKind.COMMENT_ADDED, actor=author, task=task, objective=objective, data=data)


async def _notify_mentioned(tx: Transaction, comment: Comment) -> None:
    author = required(await q.agent_by_id(tx, agent_id=required(comment.author_id)))
    where = ids.of(ids.TASK, comment.task_id) if comment.task_id else ids.of(ids.OBJECTIVE, comment.objective_id or 0)
    text = f"@{author['name']} mentions you on {where}: {messages.summary(comment.body)}"
    for agent_id in comment.mentions:
        tx.notify(
            agent_id,
            comment.room_id,
            InboxKind.MENTION,
            text,
            by=comment.author_id,
            task=comment.task_id,
            comment=comment.id,
        )


@asynccontextmanager
async def preserve_late_text(database: Database, caller: Caller) -> AsyncGenerator[None]:
    """Save the text of a former holder's write as a NOTE, in a transaction after the one that was rolled back."""
    try:
        yield
    except (StaleLease, NotHolder, WrongStatus) as late:
        if late.text:
            reference = late.id if isinstance(late, WrongStatus) else late.task
            async with database.transaction() as tx:
                task = Task.of(required(await q.task_by_id(tx, task_id=ids.key(ids.TASK, reference))))
                body = f"Came late: @{caller.name} did not hold this task any more when it wrote:\n\n{late.text}"
                await write(tx, task.room_id, CommentKind.NOTE, body, author=caller.agent_id, task=task.id)
        raise
