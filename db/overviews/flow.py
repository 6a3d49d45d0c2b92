"""How work flows: what was made, begun and ended over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from db.core import validation
from db.core.database import Database
from db.core.queries import q

# A room, how many steps, and of how many seconds.
FlowKey = tuple[int, int, int]
# An objective, and how many marks.
BurnUpKey = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Step:
    """What happened between two moments; `in_progress` at the later one. The median is of what was done in it."""

    begins: datetime
    ends: datetime
    created: int
    done: int
    in_progress: int
    cycle_seconds: float | None


@dataclass(frozen=True, slots=True)
class Mark:
    """How many tasks there were at a moment that are not cancelled by then, and how many of them were done."""

    at: datetime
    tasks: int
    done: int


def flow_key(room_id: int, points: int, step_seconds: int) -> FlowKey:
    """BAD_INPUT outside the bounds."""
    return (
        room_id,
        validation.integer("points", points, 1, validation.MAX_PAGE),
        validation.integer("stepSeconds", step_seconds, 1, validation.MAX_DURATION),
    )


def burn_up_key(objective_id: int, points: int) -> BurnUpKey:
    """BAD_INPUT outside the bounds."""
    return objective_id, validation.integer("points", points, 2, validation.MAX_PAGE)


async def of_rooms(database: Database, keys: Sequence[FlowKey]) -> dict[FlowKey, list[Step]]:
    """The steps up to the one that runs now, oldest first."""
    rooms, points, steps = zip(*keys, strict=True)
    rows = await q.flow_of_rooms(database, room_ids=rooms, points=points, steps=steps)
    return {
        keys[position - 1]: [
            Step(row["begins"], row["ends"], row["created"], row["done"], row["in_progress"], row["cycle_seconds"])
            for row in of_one
        ]
        for position, of_one in groupby(rows, key=lambda row: row["position"])
    }


async def of_objectives(database: Database, keys: Sequence[BurnUpKey]) -> dict[BurnUpKey, list[Mark]]:
    """The marks from the making of the objective to its end, or to now."""
    objectives, points = zip(*keys, strict=True)
    rows = await q.burn_up_of_objectives(database, objective_ids=objectives, points=points)
    return {
        keys[position - 1]: [Mark(row["at"], row["tasks"], row["done"]) for row in of_one]
        for position, of_one in groupby(rows, key=lambda row: row["position"])
    }
