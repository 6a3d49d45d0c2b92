"""What is stored about waiting, recomputed from the plain rows in the plainest way."""

from datetime import UTC, datetime

import asyncpg

from db.core.database import Database

FINISHED = ("DONE", "CANCELLED")


async def check_what_is_stored(database: Database, room_id: int) -> None:
    """Every stored wait and count of the room equals what follows from its plain rows; the log counts without a gap."""
    room = (await database.fetch("select * from room where id = $1", room_id))[0]
    every = {row["id"]: row for row in await database.fetch("select * from task where room_id = $1", room_id)}
    edges = await database.fetch("select task_id, depends_on_id from dependency where kind = 'BLOCKS'")
    waiting = await database.fetch(
        "select task_id, proposal_id from proposal_task join proposal on id = proposal_id where status = 'OPEN'"
    )
    objectives = {row["id"]: row for row in await database.fetch("select * from objective")}
    with_criteria = {row["task_id"] for row in await database.fetch("select distinct task_id from criterion")}
    now = datetime.now(UTC)
    for row in every.values():
        blockers = [every[e["depends_on_id"]] for e in edges if e["task_id"] == row["id"]]
        waiters = [every[e["task_id"]] for e in edges if e["depends_on_id"] == row["id"]]
        assert row["open_dependencies"] == sum(b["status"] not in FINISHED for b in blockers)
        asked = [e["proposal_id"] for e in waiting if e["task_id"] == row["id"]]
        assert row["open_proposals"] == len(asked)
        assert row["waited_by"] == sum(w["status"] not in FINISHED for w in waiters)
        if row["status"] in FINISHED:
            assert not row["ready"]
            continue
        ahead = [other for other in every.values() if other is not row and _is_ahead(other, row)]
        assert row["waits_for_track"] == bool(ahead)
        assert row["waits_for_criteria"] == (room["require_done_criteria"] and row["id"] not in with_criteria)
        assert row["waits_for_objective"] == _in_draft(objectives, row["objective_id"])
        assert row["waits_for_schedule"] == (row["not_before"] is not None and row["not_before"] > now)
        other = [held for name, held in row.items() if name.startswith("waits_for_")]
        waits = row["open_dependencies"] or asked or any(other)
        assert row["ready"] == (row["status"] == "TODO" and not waits)
        if row["status"] == "BLOCKED":
            assert row["blocked_reason"] is not None or row["open_dependencies"] > 0 or asked
    for objective in objectives.values():
        assert objective["in_draft"] == _in_draft(objectives, objective["id"])
    for resource in await database.fetch("select * from resource where room_id = $1", room_id):
        needing = await database.fetch("select id from requirement where $1 = any(resources)", resource["id"])
        needs = {row["id"] for row in needing}
        holders = [r["id"] for r in every.values() if r["status"] == "DOING" and r["requirement_id"] in needs]
        assert resource["in_use"] == len(holders)
        assert resource["probe_task_id"] is None or resource["probe_task_id"] in holders
    counted = (await database.fetch("select done, cancelled from room_log where room_id = $1", room_id))[0]
    statuses = [row["status"] for row in every.values()]
    assert (counted["done"], counted["cancelled"]) == (statuses.count("DONE"), statuses.count("CANCELLED"))
    rows = await database.fetch("select seq from event where room_id = $1 order by seq", room_id)
    log = [row["seq"] for row in rows]
    assert log == list(range(1, len(log) + 1))


def _is_ahead(other: asyncpg.Record, row: asyncpg.Record) -> bool:
    if row["track"] is None or other["track"] != row["track"] or other["objective_id"] != row["objective_id"]:
        return False
    return other["status"] not in FINISHED and _place(other) < _place(row)


def _place(row: asyncpg.Record) -> tuple[bool, int, datetime, int]:
    return (row["track_order"] is None, row["track_order"] or 0, row["created_at"], row["id"])


def _in_draft(objectives: dict[int, asyncpg.Record], at: int | None) -> bool:
    while at is not None:
        if objectives[at]["status"] == "DRAFT":
            return True
        at = objectives[at]["parent_id"]
    return False
