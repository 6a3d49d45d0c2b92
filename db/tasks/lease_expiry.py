"""Taking work back from those who lost it, by the clock alone: the lease ended, or the silence lasted too long."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from db.conversation import messages
from db.core import ids
from db.core.database import Database
from db.core.enums import EventKind, InboxKind, TaskStatus
from db.core.queries import q
from db.core.transaction import Transaction
from db.resources import resources

if TYPE_CHECKING:
    from db.core.statements import TakeBackExpiredRow

# What one transaction takes back at most: claims that want the same log wait no longer than for these.
_BATCH = 200


async def reclaim_expired(database: Database) -> int:
    """Take back a batch of the tasks whose claim is over; answers how many."""
    async with database.transaction() as tx:
        rows = await q.take_back_expired(tx, task_id=None, most=_BATCH)
        await _append_events(tx, rows, notify=True)
    return len(rows)


async def reclaim(tx: Transaction, task_id: int) -> None:
    """Take back this one, which the act has locked, if its claim is over; for the caller, who takes what it held."""
    await _append_events(tx, await q.take_back_expired(tx, task_id=task_id, most=1), notify=False)


async def _append_events(tx: Transaction, rows: Sequence["TakeBackExpiredRow"], *, notify: bool) -> None:
    held = {row["id"]: row["requirement_id"] for row in rows}
    await resources.release(tx, held, None, worked=False, notify=notify)
    given_up = defaultdict(list)
    for row in rows:
        name = f"{ids.of(ids.TASK, row['id'])} '{row['title']}'"
        tx.append_event(
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
            tx.append_event(
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
        tx.notify(
            row["holder_id"],
            row["room_id"],
            InboxKind.LEASE_LOST,
            f"{why}: it is yours no more.",
            by=None,
            task=row["id"],
        )
    for room_id, lines in given_up.items():
        await messages.post(tx, room_id, messages.BLOCKERS, "\n".join(lines))
