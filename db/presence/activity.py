"""Activity: what agents say that they are doing right now. It fades, is pushed to watchers, and is not logged."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import ActivityKind
from db.core.errors import BadInput
from db.core.queries import q
from db.core.records import Activity, Agent
from db.core.transaction import Topic, Transaction
from db.goal_tree import references
from db.rooms import agents

TTL_SECONDS = 30

# What one sweep deletes at most.
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActivity:
    """A new activity; without a kind, the activity ends."""

    kind: ActivityKind | None
    note: str | None = None
    task: str | None = None


async def set_activity(tx: Transaction, caller: Caller, new: NewActivity, ttl_seconds: int) -> None:
    """Begin, go on or end; the members of the caller's rooms are told once it is committed."""
    if new.kind is None:
        if new.note is not None or new.task is not None:
            raise BadInput("note", "note and task describe an activity, and `kind` is missing.", "Send `kind` as well.")
        await q.end_activity(tx, agent_id=caller.agent_id)
    else:
        if new.note is not None:
            validation.text("note", new.note)
        task = None if new.task is None else await references.find_task(tx, caller, new.task)
        await q.say_activity(
            tx,
            agent_id=caller.agent_id,
            kind=new.kind,
            note=new.note,
            task_id=task.id if task else None,
            ttl_seconds=ttl_seconds,
        )
    for room_id in caller.rooms:
        tx.publish_change(Topic.ACTIVITY, room_id)


async def delete_faded(database: Database) -> int:
    """Delete a batch of what faded an hour ago; answers how many."""
    return len(await q.delete_faded_activities(database, most=_BATCH))


async def put_activity(database: Database, caller: Caller, new: NewActivity, ttl_seconds: int) -> Agent:
    """Say what the caller does for the next while; answers the caller."""
    caller.must_not_observe()
    validation.integer("ttlSeconds", ttl_seconds, 1, validation.MAX_DURATION)
    async with database.transaction() as tx:
        await set_activity(tx, caller, new, ttl_seconds)
    return (await agents.by_ids(database, [caller.agent_id]))[caller.agent_id]


async def of_agents(database: Database, keys: Sequence[int]) -> dict[int, Activity]:
    """What each of the agents does, where it does something."""
    return {row["agent_id"]: Activity.of(row) for row in await q.activities_of_agents(database, agent_ids=keys)}


async def of_rooms(database: Database, keys: Sequence[int]) -> dict[int, Mapping[int, Activity]]:
    """What the members of each room do, by agent."""
    found: dict[int, dict[int, Activity]] = defaultdict(dict)
    for row in await q.activities_of_rooms(database, room_ids=keys):
        found[row["room_id"]][row["agent_id"]] = Activity.of(row)
    return {key: found[key] for key in keys}


def changes_between(before: Mapping[int, Activity], now: Mapping[int, Activity]) -> list[tuple[int, Activity | None]]:
    """The agents that began, changed or ended something in between, each with what it does now."""
    return [
        (agent, now.get(agent)) for agent in sorted(before.keys() | now.keys()) if before.get(agent) != now.get(agent)
    ]
