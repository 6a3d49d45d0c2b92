"""Comments on tasks and objectives: the running log of the work."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from db.conversation import mention_resolution, mentions, messages
from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Act, Database
from db.core.errors import BadInput, StaleLease
from db.core.queries import q
from db.core.records import Comment, CommentKind, EventKind, InboxKind, Task
from db.goal_tree import objectives
from db.tasks.task_guard import hold

# The other kinds come with an act: a handoff with a release, a submission with a completion.
_BY_HAND = (CommentKind.NOTE, CommentKind.PROGRESS, CommentKind.DECISION)


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
                raise BadInput(f"handoff.{field}", f"handoff.{field} is empty: say it in a sentence.")
        for field in ("done", "pending", "gotchas"):
            validation.text(f"handoff.{field}", getattr(self, field))
        return self

    def text(self) -> str:
        """As one text, for a comment's body."""
        lines = [f"Done: {self.done}", f"Pending: {self.pending}"]
        return "\n\n".join([*lines, f"Gotchas: {self.gotchas}"] if self.gotchas else lines)


async def write(
    act: Act,
    room_id: int,
    kind: CommentKind,
    body: str,
    *,
    author: int | None,
    task: int | None = None,
    objective: int | None = None,
    handoff: NewHandoff | None = None,
) -> Comment:
    """Add a comment to one task or objective, and to the log; whoever it mentions is told."""
    mentioned = (
        (await mention_resolution.mentioned(act, room_id, mentions.read(body))).agents if author is not None else ()
    )
    row = await q.insert_comment(
        act,
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
    act.record(
        room_id,
        EventKind.COMMENT_ADDED,
        actor=author,
        task=task,
        objective=objective,
        data={"comment": ids.of(ids.COMMENT, comment.id), "kind": kind.value},
    )
    if mentioned:
        await _tell(act, comment)
    return comment


async def _tell(act: Act, comment: Comment) -> None:
    author = await q.agent_by_id(act, agent_id=comment.author_id)
    where = ids.of(ids.TASK, comment.task_id) if comment.task_id else ids.of(ids.OBJECTIVE, comment.objective_id or 0)
    text = f"@{author['name']} mentions you on {where}: {messages.summary(comment.body)}"
    for agent_id in comment.mentions:
        act.tell(
            agent_id,
            comment.room_id,
            InboxKind.MENTION,
            text,
            by=comment.author_id,
            task=comment.task_id,
            comment=comment.id,
        )


async def add(database: Database, caller: Caller, on: str, kind: CommentKind, body: str, key: str | None) -> Comment:
    """Say something on a task or an objective; a holder's comment renews its lease, PROGRESS counts as progress."""
    letter, number = ids.split(on)
    if letter not in (ids.TASK, ids.OBJECTIVE):
        raise BadInput("on", f"{on} takes no comments: they stand on tasks and objectives.")
    if kind not in _BY_HAND:
        raise BadInput("kind", f"A comment of the kind {kind} comes with the act of that name, not by hand.")
    if not body.strip():
        raise BadInput("body", "body is empty.")
    validation.text("body", body)
    async with late_words_kept(database, caller), database.act() as act:
        if letter == ids.OBJECTIVE:
            room_id, task, objective = (await objectives.find(act, caller, on)).room_id, None, number
            caller.must_work(room_id, on)
        else:
            held = await hold(act, caller, on, text=body)
            room_id, task, objective = held.task.room_id, number, None
        answer = await idempotency.answer_of(act, caller, "addComment", key, [on, kind, body])
        if answer is not None:
            return Comment.of(await q.comment_by_id(act, comment_id=answer))
        comment = await write(act, room_id, kind, body, author=caller.agent_id, task=task, objective=objective)
        if task is not None and held.by_caller:
            await q.renew_lease(act, task_id=task, lease_seconds=None, quiet_seconds=None)
            if kind is CommentKind.PROGRESS:
                await q.note_progress(act, task_id=task)
        await idempotency.keep(act, caller, "addComment", key, comment.id)
    return comment


@asynccontextmanager
async def late_words_kept(database: Database, caller: Caller) -> AsyncGenerator[None]:
    """Keep what a write said that comes too late for its lease: as a NOTE, in a transaction after the undone one."""
    try:
        yield
    except StaleLease as late:
        if late.text:
            async with database.act() as act:
                task = Task.of(await q.task_by_id(act, task_id=ids.key(ids.TASK, late.task)))
                body = f"Came late: @{caller.name} did not hold this task any more when it wrote:\n\n{late.text}"
                await write(act, task.room_id, CommentKind.NOTE, body, author=caller.agent_id, task=task.id)
        raise
