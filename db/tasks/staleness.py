"""Staleness: holders who report no progress, and reviewers who went away.

A task is stale from the moment that the sweeper says so, and until a word of progress or an announced silence: so the
log, the inbox and whatever is read of the task never differ.
"""

from db.core import ids
from db.core.database import Database
from db.core.enums import EventKind, InboxKind
from db.core.queries import q
from db.core.transaction import Transaction

# What one transaction marks or gives back at most.
_BATCH = 200


async def mark_stale(database: Database) -> int:
    """Mark a batch of the held tasks whose holders were silent for too long, and tell them; answers how many."""
    async with database.transaction() as tx:
        rows = await q.mark_stale(tx, most=_BATCH)
        for row in rows:
            tx.append_event(
                row["room_id"],
                EventKind.TASK_STALE,
                task=row["id"],
                objective=row["objective_id"],
                agent=row["assignee_id"],
                data={"holder": row["holder"], "silentSince": row["since"]},
            )
            rest = row["reclaim_after_seconds"]
            threat = f" Otherwise it is taken back in {rest} s." if rest is not None else ""
            text = (
                f"No word of progress on {ids.of(ids.TASK, row['id'])} '{row['title']}' since"
                f" {row['since']:%Y-%m-%d %H:%M} UTC: say how it goes (addComment of the kind PROGRESS, or writeNotes),"
                f" or announce a silence (renewLease with quietSeconds).{threat}"
            )
            tx.notify(row["assignee_id"], row["room_id"], InboxKind.STALE, text, by=None, task=row["id"])
    return len(rows)


async def limits_changed(tx: Transaction, room_id: int) -> None:
    """After the room changed its stale limit; what became stale by that is left to the sweeper."""
    await q.clear_marks(tx, room_id=room_id)


async def release_reviews(database: Database) -> int:
    """Let others take a batch of the reviews that were taken by agents who are gone; answers how many."""
    async with database.transaction() as tx:
        rows = await q.give_back_reviews(tx, most=_BATCH)
        for row in rows:
            tx.append_event(
                row["room_id"],
                EventKind.TASK_ASSIGNED,
                task=row["id"],
                objective=row["objective_id"],
                data={"assignee": row["assignee"], "reviewer": None},
            )
    return len(rows)
