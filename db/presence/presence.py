"""Presence: who is here, told from when each agent was last heard of.

What a room's log last said stands in room_member.presence; it changes only together with an event, by a sign of life
or by the sweeper.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from db.core import validation
from db.core.database import Database
from db.core.enums import EventKind, Presence
from db.core.queries import q
from db.core.transaction import Transaction

if TYPE_CHECKING:
    from db.core.statements import SettlePresenceRow

# For agents that are in no room: the defaults of one.
_IDLE_AFTER, _OFFLINE_AFTER = 300, 900

# What one transaction moves at most.
_BATCH = 200

_ORDER = [Presence.OFFLINE, Presence.IDLE, Presence.ONLINE]


def presence_at(now: datetime, last_seen_at: datetime | None, idle_after: int, offline_after: int) -> Presence:
    """What an agent is that was last heard of then; one that never was is OFFLINE."""
    if last_seen_at is None or now - last_seen_at >= timedelta(seconds=offline_after):
        return Presence.OFFLINE
    return Presence.IDLE if now - last_seen_at >= timedelta(seconds=idle_after) else Presence.ONLINE


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The database's clock, and (idle after, offline after) of each room that counts."""

    now: datetime
    rooms: Sequence[tuple[int, int]]

    def presence(self, last_seen_at: datetime | None) -> Presence:
        """The best that any of the rooms says."""
        return max((presence_at(self.now, last_seen_at, *room) for room in self.rooms), key=_ORDER.index)


async def thresholds(
    database: Database, keys: Sequence[tuple[int, int | None]]
) -> dict[tuple[int, int | None], Thresholds]:
    """By (agent, room): that room's; with no room, those of all that the agent is in."""
    rows = await q.presence_thresholds(
        database, agent_ids=[agent for agent, _ in keys], room_ids=[room for _, room in keys]
    )
    rooms: dict[tuple[int, int | None], list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        seconds = (row["idle_after_seconds"] or _IDLE_AFTER, row["offline_after_seconds"] or _OFFLINE_AFTER)
        rooms[row["agent_id"], row["room_id"]].append(seconds)
    return {key: Thresholds(rows[0]["now"], given) for key, given in rooms.items()}


async def mark_seen(database: Database, agent_id: int, token_id: int | None = None) -> None:
    """A sign of life, by a token: where a room took the agent for away, it is ONLINE again, and the log says so."""
    if await q.touch_agent(database, agent_id=agent_id, token_id=token_id):
        async with database.transaction() as tx:
            await come_online(tx, agent_id)


async def come_online(tx: Transaction, agent_id: int) -> None:
    """ONLINE in each room that thought otherwise."""
    _append_events(tx, await q.come_online(tx, agent_id=agent_id))


async def keep_alive(database: Database, agents: Mapping[int, frozenset[str]]) -> None:
    """Mark the agents of open sockets, and their sessions, as seen; writes only what is getting old."""
    if not agents:
        return
    for row in await q.keep_agents_alive(database, agent_ids=sorted(agents)):
        await mark_seen(database, row["agent_id"])
    pairs = sorted((agent, label) for agent, labels in agents.items() for label in labels)
    if pairs:
        await q.keep_sessions_alive(
            database,
            agent_ids=[agent for agent, _ in pairs],
            labels=[label for _, label in pairs],
            most=validation.MAX_SESSIONS,
        )


async def sweep(database: Database) -> int:
    """Move whoever fell silent to IDLE and OFFLINE, a batch in each room; answers how many moved."""
    moved = 0
    for row in await q.rooms_behind_the_clock(database):
        async with database.transaction() as tx:
            moved += await settle(tx, row["room_id"], most=_BATCH, everyone=False)
    return moved


async def settle(tx: Transaction, room_id: int, *, most: int | None = None, everyone: bool = True) -> int:
    """Set the presence of the room's members by the clock, of `most` at most; answers how many changed.

    Sweepers leave the OFFLINE ones out: only a sign of life, or other thresholds, bring those back.
    """
    rows = await q.settle_presence(tx, room_id=room_id, most=most, everyone=everyone)
    _append_events(tx, rows)
    return len(rows)


def _append_events(tx: Transaction, rows: Sequence["SettlePresenceRow"]) -> None:
    for row in rows:
        data = {"presence": row["presence"], "previous": row["previous"]}
        tx.append_event(row["room_id"], EventKind.PRESENCE_CHANGED, actor=None, agent=row["agent_id"], data=data)
