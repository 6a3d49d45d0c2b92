"""Taking work back from those who lost it, by the clock alone: the lease ended, or the silence lasted too long."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from db.conversation import messages
from db.core import ids
from db.core.database import Act, Database
from db.core.queries import q
from db.core.records import EventKind, InboxKind, TaskStatus
from db.resources import resources

# What one transaction takes back at most: claims that want the same log wait no longer than for these.
_BATCH = 200


async def take_back_expired(database: Database) -> int:
    """Take back a batch of the tasks whose claim is over; answers how many."""
    async with database.act() as act:
        rows = await q.take_back_expired(act, task_id=None, most=_BATCH)
        await _record(act, rows, tells=True)
    return len(rows)


async def take_back(act: Act, task_id: int) -> None:
    """Take back this one, which the act has locked, if its claim is over; for the caller, who takes what it held."""
    await _record(act, await q.take_back_expired(act, task_id=task_id, most=1), tells=False)


async def _record(act: Act, rows: Sequence[Any], *, tells: bool) -> None:
    held = {row["id"]: row["requirement_id"] for row in rows}
    await resources.free(act, held, None, worked=False, tells=tells)
    given_up = defaultdict(list)
    for row in rows:
        name = f"{ids.of(ids.TASK, row['id'])} '{row['title']}'"
        act.record(
            row["room_id"],
            EventKind.TASK_RECLAIMED,
            task=row["id"],
            objective=row["objective_id"],
            agent=row["holder_id"],
            data={
                "reason": row["reason"],
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
            given_up[row["room_id"]].append(f"{name} is blocked. {row['blocked_reason']}")
        why = (
            f"Your lease on {name} ran out" if row["reason"] == "expired" else f"You were silent on {name} for too long"
        )
        act.tell(
            row["holder_id"],
            row["room_id"],
            InboxKind.LEASE_LOST,
            f"{why}: it is yours no more.",
            by=None,
            task=row["id"],
        )
    for room_id, lines in given_up.items():
        await messages.post(act, room_id, messages.BLOCKERS, "\n".join(lines))
