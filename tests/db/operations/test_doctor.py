"""The doctor finds what no act of ours would do, and puts right what follows from the rest."""

from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest

from db.core import ids
from db.core.database import Database
from db.core.enums import ObjectiveStatus
from db.core.records import Room, Task
from db.goals import objective_mutations
from db.goals.objective_mutations import ObjectiveChanges
from db.operations import doctor
from db.resources import resources
from db.tasks import claims
from tests.factories import World
from tests.invariants import check_what_is_stored


@pytest.fixture
async def connection(database_url: str) -> AsyncGenerator[Any]:
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room("web")


@pytest.fixture
async def waiting(database: Database, world: World, room: Room) -> Task:
    """A task that waits for another, which is in work and holds a resource, below a draft."""
    ann = await world.agent("ann", rooms=[room])
    for name in ("repo", "other"):
        await resources.define(
            database, ann, room=None, name=name, capacity={"capacity": 3}, failure_threshold=1, cooldown_seconds=60
        )
    draft = ids.of(ids.OBJECTIVE, (await world.objective(room)).id)
    await world.objective(room, parent=draft)
    await objective_mutations.update(database, ann, draft, ObjectiveChanges(status=ObjectiveStatus.DRAFT))
    first = await world.task(room, resources=["repo"], track="main")
    await claims.claim(database, ann, ids.of(ids.TASK, first.id))
    await world.task(room, track="main")
    return await world.task(room, depends_on=[ids.of(ids.TASK, first.id)])


async def wrong(connection: Any) -> dict[str, str]:
    """What is wrong with what. A database of the tests may be one that a power cut destroys."""
    looks = [look async for look in doctor.examine(connection)]
    return {
        look.subject: " ".join(finding.problem for finding in look.findings)
        for look in looks
        if look.findings and look.subject != "database"
    }


async def test_the_doctor_finds_nothing_wrong_in_a_room_at_work(waiting: Task, connection: Any) -> None:
    assert waiting.open_dependencies == 1
    assert await wrong(connection) == {}
    assert await doctor.fix(connection) == []


@pytest.mark.parametrize(
    ("harm", "subject", "named"),
    [
        ("update task set open_dependencies = 0 where open_dependencies > 0", "what tasks wait for", "T"),
        ("update task set open_dependencies = 7 where open_dependencies = 0", "what tasks wait for", "T"),
        ("update task set open_proposals = 7 where open_proposals = 0", "what tasks wait for", "T"),
        ("update task set waited_by = waited_by + 1", "what tasks wait for", "T"),
        ("update task set waits_for_track = not waits_for_track", "what tasks wait for", "T"),
        ("update task set waits_for_criteria = true", "what tasks wait for", "T"),
        ("update task set waits_for_objective = true", "what tasks wait for", "T"),
        ("update task set waits_for_schedule = true", "what tasks wait for", "T"),
        ("update objective set in_draft = false", "drafts", "O"),
        ("update resource set in_use = in_use + 1", "use of resources", "X"),
        ("update resource set in_use = 0 where in_use > 0", "use of resources", "X"),
        ("update room_log set tasks = tasks + 1", "counts of tasks", "R"),
        ("update room_log set done = done + 1", "counts of tasks", "R"),
        ("update room_log set cancelled = 7", "counts of tasks", "R"),
    ],
)
async def test_what_does_not_follow_from_the_rest_is_found_and_fixed(
    database: Database, room: Room, waiting: Task, connection: Any, harm: str, subject: str, named: str
) -> None:
    assert waiting.room_id == room.id
    harmed = int((await connection.execute(harm)).split()[-1])

    found = await wrong(connection)
    assert list(found) == [subject]
    assert found[subject].count(f" {named}") == harmed

    assert len(await doctor.fix(connection)) == harmed
    assert await wrong(connection) == {}
    await check_what_is_stored(database, room.id)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("delete from event where seq = 3 and room_id = (select id from room where name = 'web')", "from 3 on"),
        ("delete from event where seq = 1 and room_id = (select id from room where name = 'web')", "at its beginning"),
        ("update room_log set seq = seq + 1", "counter says"),
        ("delete from room_log", "counter says None"),
    ],
)
async def test_a_log_with_a_gap_is_found(waiting: Task, connection: Any, harm: str, said: str) -> None:
    assert waiting.id
    await connection.execute(harm)

    assert said in (await wrong(connection))["log"]


async def test_a_zone_that_nobody_knows_is_found(room: Room, connection: Any) -> None:
    await connection.execute("update room set timezone = 'Mars/Base' where id = $1", room.id)

    assert await wrong(connection) == {"time zones": "The zone of room web is not of the tz database: 'Mars/Base'."}


async def test_webhooks_that_fail_or_are_off_are_named_and_no_finding(room: Room, connection: Any) -> None:
    async def seen() -> str:
        looks = [look async for look in doctor.examine(connection)]
        return next(look.seen for look in looks if look.subject == "webhooks" and not look.findings)

    assert await seen() == "all deliver"
    keys = [
        await connection.fetchval(
            "insert into webhook (room_id, url, secret, kinds, labels, settled_seq, active, failures)"
            " values ($1, 'https://hook.example', '', '{}', '{}', 0, $2, $3) returning id",
            room.id, active, failures,
        )
        for active, failures in ((True, 0), (True, 3), (False, 1))
    ]  # fmt: skip

    assert (
        await seen()
        == f"W{keys[1]} fails, 3 times in a row; W{keys[2]} is switched off: an ADMIN resumes it with resumeWebhook"
    )


async def test_what_is_not_migrated_is_looked_into_no_further(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    found = await wrong(connection)
    await connection.close()

    assert list(found) == ["migrations"]


async def test_a_newer_database_is_found(connection: Any) -> None:
    async with connection.transaction():
        await connection.execute("insert into schema_migration (name) values ('9999_later')")
        found = await wrong(connection)
        await connection.execute("delete from schema_migration where name = '9999_later'")

    assert found == {"migrations": "This Goalroom doesn't know 9999_later."}
