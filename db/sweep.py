"""What happens by the clock alone: leases that ended, schedules that came."""

from collections.abc import Sequence
from typing import Any

from db import ids, resources
from db.database import Act, Database
from db.queries import q
from db.records import EventKind, InboxKind, TaskStatus

# What one transaction takes back at most: claims that want the same log wait no longer than for these.
_BATCH = 100


async def take_back_expired(database: Database) -> int:
    """Take back a batch of the tasks whose lease has ended; answers how many."""
    async with database.act() as act:
        rows = await q.take_back_expired(act, task_id=None, most=_BATCH)
        await _record(act, rows)
    return len(rows)


async def take_back(act: Act, task_id: int) -> None:
    """Take back this one, which the act has locked, if its lease has ended."""
    await _record(act, await q.take_back_expired(act, task_id=task_id, most=1))


async def _record(act: Act, rows: Sequence[Any]) -> None:
    await resources.free(act, {row["id"]: row["resources"] for row in rows}, None, worked=False)
    for row in rows:
        act.record(
            row["room_id"],
            EventKind.TASK_RECLAIMED,
            task=row["id"],
            objective=row["objective_id"],
            agent=row["holder_id"],
            data={
                "reason": "expired",
                "holder": row["holder"],
                "fence": row["fence"],
                "attempts": row["attempts"],
                "status": row["status"],
            },
        )
        if row["status"] == TaskStatus.BLOCKED:
            act.record(
                row["room_id"],
                EventKind.TASK_BLOCKED,
                task=row["id"],
                objective=row["objective_id"],
                data={"reason": row["blocked_reason"]},
            )
        text = f"Your lease on {ids.of(ids.TASK, row['id'])} '{row['title']}' ran out: it is yours no more."
        act.tell(row["holder_id"], row["room_id"], InboxKind.LEASE_LOST, text, by=None, task=row["id"])
