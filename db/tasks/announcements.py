"""What the server writes to #blockers and #shipping about tasks. It mentions nobody."""

from db.conversation import messages
from db.core import ids
from db.core.enums import ArtifactKind
from db.core.queries import q
from db.core.records import Artifact, Task
from db.core.transaction import Transaction

# Artifacts with which work leaves the room, and how they are called in a sentence.
SHIPPED = {
    ArtifactKind.PULL_REQUEST: "pull request",
    ArtifactKind.DEPLOY: "deploy",
    ArtifactKind.RELEASE: "release",
}


async def blocked(tx: Transaction, task: Task, owner: str | None, reason: str | None) -> None:
    """Tell #blockers why the task became BLOCKED, and for what it waits."""
    blockers = await q.open_blockers(tx, task_ids=[task.id])
    waits = ", ".join(f"{ids.of(ids.TASK, row['id'])} '{row['title']}'" for row in blockers)
    whose = "" if owner is None else f" of {owner}"
    said = [
        f"{ids.of(ids.TASK, task.id)} '{task.title}'{whose} is blocked.",
        reason,
        waits and f"Waits for {waits}.",
    ]
    await messages.post(tx, task.room_id, messages.BLOCKERS, "\n".join(line for line in said if line))


async def shipped(tx: Transaction, task: Task, author: str) -> None:
    """Tell #shipping of the task that is DONE, if it put something out: with links to it."""
    artifacts = map(Artifact.of, await q.artifacts_of(tx, task_ids=[task.id]))
    links = [
        " ".join(filter(None, (f"- {SHIPPED[one.kind]}:", one.title, one.url)))
        for one in artifacts
        if one.kind in SHIPPED
    ]
    if links:
        head = f"{ids.of(ids.TASK, task.id)} '{task.title}' by {author} is done."
        await messages.post(tx, task.room_id, messages.SHIPPING, "\n".join([head, *links]))
