"""Why a claim came back empty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from db.core.callers import Caller
from db.core.database import Database
from db.core.queries import q
from db.core.records import Room

if TYPE_CHECKING:
    from db.core.statements import WhyNothingRow


@dataclass(frozen=True, slots=True)
class NothingToClaim:
    """Why a claim came back empty, and what would change that."""

    reason: str
    todo: int
    waiting: int
    assigned_to_others: int
    need_criteria: int
    missing_capabilities: Sequence[str]
    wip_limit_reached: bool
    paused: bool
    retry_at: datetime | None


async def why_nothing(database: Database, caller: Caller, room: Room) -> NothingToClaim:
    """Why there was nothing for this caller, in numbers and in a sentence."""
    why = await q.why_nothing(database, room_id=room.id, agent_id=caller.agent_id)
    lacking = [
        row["capability"] for row in await q.lacking_for_ready(database, room_id=room.id, agent_id=caller.agent_id)
    ]
    held = await q.held_count(database, room_id=room.id, agent_id=caller.agent_id)
    full = room.wip_limit is not None and held >= room.wip_limit
    return NothingToClaim(
        reason=_reason(room, why, lacking, full=full),
        todo=why["todo"],
        waiting=why["waiting"],
        assigned_to_others=why["assigned_to_others"],
        need_criteria=why["need_criteria"],
        missing_capabilities=lacking,
        wip_limit_reached=full,
        paused=room.paused,
        retry_at=why["retry_at"],
    )


def _reason(room: Room, why: "WhyNothingRow", lacking: Sequence[str], *, full: bool) -> str:
    if room.paused:
        return "The room is paused: nothing can be claimed until it is resumed."
    if full:
        return f"You hold as many tasks as this room allows at once: {room.wip_limit}. Finish or release one."
    if why["todo"] == 0:
        return "There is no task to do in this room."
    parts = [
        f"{why['waiting']} wait for something else" if why["waiting"] else "",
        f"{why['need_criteria']} need criteria first (setCriteria)" if why["need_criteria"] else "",
        f"{why['assigned_to_others']} are assigned to others" if why["assigned_to_others"] else "",
        f"some require capabilities that you don't have ({', '.join(lacking)})" if lacking else "",
    ]
    said = "; ".join(part for part in parts if part) or "none of them matches your request"
    return f"Of {why['todo']} tasks to do, you can claim none now: {said}."
