"""What each agent must be told: one durable row for each recipient and cause, written in the cause's transaction."""

from db.database import Act
from db.queries import q
from db.records import InboxKind


async def tell(
    act: Act,
    agent_id: int,
    room_id: int,
    kind: InboxKind,
    summary: str,
    *,
    task: int | None = None,
    comment: int | None = None,
) -> None:
    """Put an item into the agent's inbox. Nobody is told of their own acts: the caller of this sees to that."""
    await q.add_inbox_item(
        act, agent_id=agent_id, room_id=room_id, kind=kind, summary=summary, task_id=task, comment_id=comment
    )
