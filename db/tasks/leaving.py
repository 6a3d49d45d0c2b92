"""What agents give back that leave a room or lose their last token, and the ends of their subagents' tokens."""

from collections.abc import Sequence

from db.core.database import Database
from db.core.enums import EventKind
from db.core.queries import q
from db.core.records import Task
from db.core.transaction import Topic, Transaction
from db.resources import resources

# How many tokens one transaction closes at most, and how many late claims one sweep releases.
_BATCH = 200


async def give_back(
    tx: Transaction, agent_ids: Sequence[int], room_ids: Sequence[int] | None, actor: int | None
) -> None:
    """Release all that these agents hold or own in the rooms, None being all, and let others review in their place."""
    released = await q.release_owned(tx, agent_ids=agent_ids, room_ids=room_ids)
    unreviewed = await q.withdraw_reviewer(tx, agent_ids=agent_ids, room_ids=room_ids)
    held = {row["id"]: row["requirement_id"] for row in released if row["was_held"]}
    await resources.release(tx, held, actor, worked=False)
    for row in sorted(released, key=lambda row: row["id"]):
        tx.append_event(
            row["room_id"],
            EventKind.TASK_RELEASED,
            actor=actor,
            task=row["id"],
            objective=row["objective_id"],
            agent=row["owner_id"],
            data={"reason": "left"},
        )
    for task in sorted(unreviewed, key=lambda row: row["id"]):
        data = {"assignee": task["assignee_name"], "reviewer": None}
        tx.append_task_event(EventKind.TASK_ASSIGNED, Task.of(task), actor, data)


async def tokens_revoked(tx: Transaction, agent_id: int, actor: int | None) -> None:
    """After a token of the agent was revoked: if it was the last, all that the agent has goes back.

    Its subagents' tokens end with it.
    """
    if await q.agents_without_tokens(tx, agent_ids=[agent_id]):
        below = await _revoke_subagents(tx, parent_ids=[agent_id])
        await give_back(tx, [agent_id, *below], None, actor)


async def end_subagents(tx: Transaction, task_ids: Sequence[int], actor: int | None) -> None:
    """After these tasks ended: so do the tokens of the subagents that were made for them, which give back all."""
    ended = await _revoke_subagents(tx, task_ids=task_ids)
    if ended:
        await give_back(tx, ended, None, actor)


async def close_expired_tokens(database: Database) -> int:
    """Take back what agents have whose last token has ended by the clock, for a batch of tokens; answers how many."""
    async with database.transaction() as tx:
        ended = [row["agent_id"] for row in await q.close_expired_tokens(tx, most=_BATCH)]
        gone = [row["agent_id"] for row in await q.agents_without_tokens(tx, agent_ids=sorted(set(ended)))]
        if gone:
            await give_back(tx, gone, None, None)
    return len(ended)


async def release_late_claims(database: Database) -> int:
    """Release what requests took that were on their way while their agent left, or gave to one that left."""
    rows = await q.holders_who_left(database, most=_BATCH)
    for row in rows:
        async with database.transaction() as tx:
            await give_back(tx, [row["agent_id"]], None if row["room_id"] is None else [row["room_id"]], None)
    return len(rows)


async def _revoke_subagents(
    tx: Transaction, *, parent_ids: Sequence[int] = (), task_ids: Sequence[int] = ()
) -> list[int]:
    rows = await q.revoke_subagent_tokens(tx, parent_ids=parent_ids, task_ids=task_ids)
    agents = sorted(row["agent_id"] for row in rows)
    for agent_id in agents:
        tx.publish_change(Topic.AGENT, agent_id)
    return agents
