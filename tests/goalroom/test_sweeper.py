"""The sweeper: what one sweep does is no other's business."""

import pytest

from db.core.database import Database
from goalroom.observability.metrics import Metrics
from goalroom.sweeper import sweep_all


async def test_a_sweep_that_fails_stops_no_other_and_is_heard_of(database: Database) -> None:
    done: list[str] = []

    async def broken(_database: Database) -> int:
        done.append("broken")
        raise ValueError("No")

    async def busy(_database: Database) -> int:
        done.append("busy")
        return int(done.count("busy") < 3)

    with pytest.raises(ValueError, match="No"):
        await sweep_all(database, {"broken": broken, "busy": busy}, Metrics())

    assert done == ["broken", "busy", "busy", "busy"]


async def test_sweeps_take_turns_until_all_is_done(database: Database) -> None:
    turns: list[str] = []

    async def long(_database: Database) -> int:
        turns.append("long")
        return int(turns.count("long") < 3)

    async def short(_database: Database) -> int:
        turns.append("short")
        return int(turns.count("short") < 2)

    await sweep_all(database, {"long": long, "short": short}, Metrics())

    assert turns == ["long", "short", "long", "short", "long"]
