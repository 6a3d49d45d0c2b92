"""Memory: versions, ends, scopes, and values that come back as they were sent."""

import asyncio
import json
import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.conversation import memory
from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.errors import BadInput, Forbidden, NotFound, Refused, VersionConflict
from db.core.records import Memory, Room
from tests import people
from tests.clock import advance
from tests.factories import World
from tests.size import sized


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room("web")


@pytest.fixture
async def ann(world: World, room: Room) -> Caller:
    return await world.agent("ann", rooms=[room])


async def rows(database: Database) -> list[Any]:
    return [tuple(row) for row in await database.fetch("select scope, key, value, version from memory order by 1, 2")]


async def written(database: Database, room: Room) -> list[dict[str, object]]:
    return [data for kind, data in await people.log(database, room) if kind == "MEMORY_WRITTEN"]


async def test_what_is_remembered_is_recalled(database: Database, room: Room, ann: Caller) -> None:
    made = await memory.remember(database, ann, "web", "plan", {"steps": [1, 2]})

    assert made == await memory.recall(database, ann, f"R{room.id}", "plan")
    assert (made.scope, made.key, made.value) == (f"R{room.id}", "plan", {"steps": [1, 2]})
    assert (made.version, made.author_id, made.expires_at) == (1, ann.agent_id, None)


async def test_every_write_is_one_version_more(database: Database, room: Room, ann: Caller) -> None:
    for version in (1, 2, 3):
        assert (await memory.remember(database, ann, "web", "plan", version)).version == version

    scope = f"R{room.id}"
    assert await written(database, room) == [{"scope": scope, "key": "plan", "version": one} for one in (1, 2, 3)]


@pytest.mark.parametrize(("stored", "expected", "stands"), [(0, 1, 0), (1, 0, 1), (2, 1, 2), (2, 3, 2)])
async def test_a_write_upon_another_version_is_refused(
    database: Database, room: Room, ann: Caller, stored: int, expected: int, stands: int
) -> None:
    for number in range(stored):
        await memory.remember(database, ann, "web", "plan", number)
    before = await rows(database), await people.log(database, room)

    with pytest.raises(VersionConflict) as refused:
        await memory.remember(database, ann, "web", "plan", "mine", if_version=expected)

    assert refused.value.facts() == {"scope": f"R{room.id}", "key": "plan", "version": stands}
    assert (await rows(database), await people.log(database, room)) == before


async def test_one_of_many_writers_upon_a_version_wins(database: Database, world: World, room: Room) -> None:
    writers = [await world.agent(rooms=[room]) for _ in range(6)]

    for version in (0, 1, 2):
        results = await asyncio.gather(
            *(memory.remember(database, writer, "web", "plan", writer.name, if_version=version) for writer in writers),
            return_exceptions=True,
        )
        won = [result for result in results if isinstance(result, Memory)]
        lost = [result for result in results if isinstance(result, VersionConflict)]
        assert [one.version for one in won] == [version + 1]
        assert [one.version for one in lost] == [version + 1] * 5
        assert (await memory.recall(database, writers[0], "web", "plan")).value == won[0].value


async def test_a_writer_upon_a_version_loses_to_whoever_forgets_first(database: Database, ann: Caller) -> None:
    for _ in range(20):
        await memory.remember(database, ann, "web", "plan", "old")
        wrote, forgot = await asyncio.gather(
            memory.remember(database, ann, "web", "plan", "new", if_version=1),
            memory.forget(database, ann, "web", "plan"),
            return_exceptions=True,
        )
        assert forgot is True
        # Either the write came first and was forgotten, or there was nothing any more to write upon.
        assert (isinstance(wrote, Memory) and wrote.version == 2) or (
            isinstance(wrote, VersionConflict) and wrote.version == 0
        )
        assert await rows(database) == []


async def test_the_first_version_after_forgetting_is_1(database: Database, room: Room, ann: Caller) -> None:
    await memory.remember(database, ann, "web", "plan", 1)
    await memory.remember(database, ann, "web", "plan", 2)

    assert await memory.forget(database, ann, "web", "plan") is True
    assert await memory.forget(database, ann, "web", "plan") is False
    with pytest.raises(NotFound):
        await memory.recall(database, ann, "web", "plan")
    assert (await memory.remember(database, ann, "web", "plan", 3, if_version=0)).version == 1
    assert [data["version"] for data in await written(database, room)] == [1, 2, 0, 1]


async def test_what_has_expired_is_not_there(database: Database, room: Room, ann: Caller) -> None:
    await memory.remember(database, ann, "web", "plan", "words", ttl_seconds=60)
    await advance(database, 59)
    assert (await memory.recall(database, ann, "web", "plan")).value == "words"
    await advance(database, 2)
    before = await people.log(database, room)

    with pytest.raises(NotFound):
        await memory.recall(database, ann, "web", "plan")
    assert await memory.find(database, ann, "web", prefix=None, search=None, first=50) == []
    assert await memory.find(database, ann, "web", prefix=None, search="words", first=50) == []
    with pytest.raises(VersionConflict):
        await memory.remember(database, ann, "web", "plan", "again", if_version=1)
    assert (await memory.remember(database, ann, "web", "plan", "again", if_version=0)).version == 1
    await memory.remember(database, ann, "web", "note", "x", ttl_seconds=1)
    await advance(database, 2)
    assert await memory.forget(database, ann, "web", "note") is False
    assert len(await people.log(database, room)) == len(before) + 2


async def test_the_end_stays_where_nothing_is_said_of_it(database: Database, ann: Caller) -> None:
    first = await memory.remember(database, ann, "web", "plan", 1, ttl_seconds=100)
    await advance(database, 40)
    kept = await memory.remember(database, ann, "web", "plan", 2, keeps_end=True)
    longer = await memory.remember(database, ann, "web", "plan", 3, ttl_seconds=100)
    endless = await memory.remember(database, ann, "web", "plan", 4)
    still = await memory.remember(database, ann, "web", "plan", 5, keeps_end=True)

    assert first.expires_at is not None
    assert kept.expires_at is not None
    assert longer.expires_at is not None
    assert (first.expires_at - kept.expires_at).total_seconds() == pytest.approx(40)
    assert (longer.expires_at - longer.updated_at).total_seconds() == 100
    assert (endless.expires_at, still.expires_at) == (None, None)


async def test_an_expired_memory_written_again_does_not_expire(database: Database, ann: Caller) -> None:
    await memory.remember(database, ann, "web", "plan", 1, ttl_seconds=10)
    await advance(database, 11)

    again = await memory.remember(database, ann, "web", "plan", 2, keeps_end=True)

    assert (again.version, again.expires_at) == (1, None)


async def test_the_sweeper_deletes_what_has_expired_and_nothing_else(database: Database, ann: Caller) -> None:
    await memory.remember(database, ann, "web", "short", 1, ttl_seconds=10)
    await memory.remember(database, ann, "web", "long", 1, ttl_seconds=100)
    await memory.remember(database, ann, "web", "endless", 1)
    await advance(database, 11)

    assert await memory.delete_expired(database) == 1
    assert await memory.delete_expired(database) == 0
    assert [key for _, key, _, _ in await rows(database)] == ["endless", "long"]


async def test_rooms_objectives_tasks_and_oneself_each_remember(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task, objective = (
        ids.of(ids.TASK, (await world.task(room)).id),
        ids.of(ids.OBJECTIVE, (await world.objective(room)).id),
    )
    scopes = {f"R{room.id}": "web", objective: objective, task: task.lower(), f"A{ann.agent_id}": "ann"}

    for scope, reference in scopes.items():
        assert (await memory.remember(database, ann, reference, "plan", scope)).scope == scope
    assert {(scope, value) for scope, _, value, _ in await rows(database)} == {(scope, scope) for scope in scopes}
    events = await database.fetch(
        "select data->>'scope' as scope, task_id, objective_id, actor_id from event where kind = 'MEMORY_WRITTEN'"
    )
    assert {tuple(event) for event in events} == {
        (f"R{room.id}", None, None, ann.agent_id),
        (objective, None, int(objective[1:]), ann.agent_id),
        (task, int(task[1:]), None, ann.agent_id),
    }


@pytest.mark.parametrize("reference", ["{id}", "ann", "@ann", "Ann"])
@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MEMBER, Role.ADMIN])
async def test_an_agent_s_own_memory_is_there_for_nobody_else(
    database: Database, world: World, room: Room, ann: Caller, role: Role, reference: str
) -> None:
    await memory.remember(database, ann, "ann", "secret", "mine")
    other = await world.agent("bob", rooms=[room], role=role, kind=AgentKind.HUMAN)
    scope = reference.format(id=f"A{ann.agent_id}")
    before = await rows(database), await people.log(database, room)

    for act in (
        memory.recall(database, other, scope, "secret"),
        memory.find(database, other, scope, prefix=None, search="mine", first=50),
        memory.remember(database, other, scope, "secret", "theirs"),
        memory.forget(database, other, scope, "secret"),
    ):
        with pytest.raises(NotFound) as refused:
            await act
        assert refused.value.facts() == {"id": scope}
    assert (await rows(database), await people.log(database, room)) == before
    assert "secret" not in json.dumps(await people.log(database, room))
    assert (await memory.recall(database, ann, "@ANN", "secret")).value == "mine"


async def test_a_name_that_says_two_things_is_refused(database: Database, world: World) -> None:
    room = await world.room("ann")
    ann = await world.agent("ann", rooms=[room])

    with pytest.raises(BadInput, match=f"R{room.id}.*A{ann.agent_id}"):
        await memory.remember(database, ann, "ann", "plan", 1)
    assert await rows(database) == []
    assert (await memory.remember(database, ann, "@ann", "plan", 1)).scope == f"A{ann.agent_id}"


async def test_an_observer_reads_and_writes_nothing(database: Database, world: World, room: Room, ann: Caller) -> None:
    await memory.remember(database, ann, "web", "plan", 1)
    watcher = await world.agent("watcher", rooms=[room], role=Role.OBSERVER)
    before = await rows(database)

    assert (await memory.recall(database, watcher, "web", "plan")).value == 1
    for act in (
        memory.remember(database, watcher, "web", "plan", 2),
        memory.forget(database, watcher, "web", "plan"),
        memory.remember(database, watcher, "watcher", "plan", 2),
    ):
        with pytest.raises(Forbidden):
            await act
    assert await rows(database) == before


def keys(found: Sequence[Memory]) -> list[str]:
    return [one.key for one in found]


async def test_memories_are_found_by_the_beginning_of_their_keys(database: Database, ann: Caller) -> None:
    for key in ("deploy/b", "deploy/a", "deploy_c", "Deploy/d", "plan", "50%", "50x"):
        await memory.remember(database, ann, "web", key, key)
    await memory.remember(database, ann, "ann", "deploy/mine", 1)

    async def found(prefix: str | None, first: int = 50) -> list[str]:
        return keys(await memory.find(database, ann, "web", prefix=prefix, search=None, first=first))

    assert await found("deploy/") == ["deploy/a", "deploy/b"]
    assert await found("50%") == ["50%"]
    assert await found("nothing") == []
    assert (
        await found(None)
        == await found("")
        == sorted(["deploy/b", "deploy/a", "deploy_c", "Deploy/d", "plan", "50%", "50x"])
    )
    assert await found(None, 2) == ["50%", "50x"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("rollback", ["ops/rollback", "notes"]),
        ("ops/rollback", ["ops/rollback"]),
        ("ops", ["ops/rollback"]),
        ("staged rollbacks", ["notes"]),
        ("retries", ["limits"]),
        ("97", ["limits"]),
        ("line", ["lines"]),
        ("grüße", ["lines"]),
        ('"second line"', ["lines"]),
        ("line -second", []),
        ("the", []),
        ("", []),
        ("'!& (", []),
    ],
)
async def test_memories_are_found_by_the_words_of_key_and_value(
    database: Database, ann: Caller, search: str, found: list[str]
) -> None:
    await memory.remember(database, ann, "web", "notes", ["Staged", {"also": "a rollback, and later another"}])
    await memory.remember(database, ann, "web", "ops/rollback", "How to go back")
    await memory.remember(database, ann, "web", "limits", {"retry": 97})
    await memory.remember(database, ann, "web", "lines", "First\nSecond line: Grüße")
    await memory.remember(database, ann, "ann", "rollback", "rollback")

    assert keys(await memory.find(database, ann, "web", prefix=None, search=search, first=50)) == found


async def test_a_search_keeps_to_the_prefix(database: Database, ann: Caller) -> None:
    for key in ("a/1", "b/1"):
        await memory.remember(database, ann, "web", key, "rollback")

    assert keys(await memory.find(database, ann, "web", prefix="b", search="rollback", first=50)) == ["b/1"]


def nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels - 1):
        value = [value]
    return value


BAD: dict[str, Any] = {
    "null": {"value": None},
    "a number beyond all": {"value": [math.inf]},
    "no number": {"value": {"n": math.nan}},
    "NUL": {"value": ["a\0b"]},
    "NUL in a name": {"value": {"a\0": 1}},
    "half a surrogate pair": {"value": {"a": "\udfff"}},
    "one byte too many": {"value": "x" * 65_535},
    "bytes, not characters": {"value": "é" * 32_768},
    "a level too deep": {"value": nested(101)},
    "far too deep": {"value": nested(5_000)},
    "no key": {"key": " "},
    "a long key": {"key": "k" * 101},
    "NUL in the key": {"key": "a\0"},
    "a version below 0": {"if_version": -1},
    "a version beyond all": {"if_version": 2**31},
    "an end at once": {"ttl_seconds": 0},
    "an end too far": {"ttl_seconds": 31_536_001},
    "a comment's memory": {"scope": "C1"},
    "an id of no kind": {"scope": "Y1"},
    "half a surrogate pair in the scope": {"scope": "\ud800"},
}


@pytest.mark.parametrize("sent", BAD.values(), ids=BAD)
async def test_bad_input_is_refused_and_changes_nothing(
    database: Database, room: Room, ann: Caller, sent: dict[str, Any]
) -> None:
    before = await people.log(database, room)
    asked: dict[str, Any] = {"scope": "web", "key": "plan", "value": 1} | sent

    with pytest.raises(BadInput):
        await memory.remember(database, ann, **asked)

    assert (await rows(database), await people.log(database, room)) == ([], before)


@pytest.mark.parametrize("value", ["x" * 65_534, "é" * 32_767, nested(100), [[1, 2], [3] * 20_000]])
async def test_values_at_the_bounds_are_taken(database: Database, ann: Caller, value: object) -> None:
    await memory.remember(database, ann, "web", "plan", value)

    assert (await memory.recall(database, ann, "web", "plan")).value == value


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.booleans() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(st.none() | inner, max_size=4) | st.dictionaries(TEXTS, st.none() | inner, max_size=4),
    max_leaves=12,
)


async def test_what_is_recalled_equals_what_was_sent(database: Database, ann: Caller) -> None:
    async def kept(value: object) -> None:
        await memory.remember(database, ann, "web", "plan", value)
        recalled = (await memory.recall(database, ann, "web", "plan")).value
        # As text, so that 1 isn't 1.0, -0.0 not 0.0, and names keep their order.
        assert json.dumps(recalled) == json.dumps(value)

    loop = asyncio.get_running_loop()

    @settings(max_examples=sized(60, 90), deadline=None, suppress_health_check=list(HealthCheck))
    @given(VALUES)
    def check(value: object) -> None:
        asyncio.run_coroutine_threadsafe(kept(value), loop).result(10)

    await asyncio.to_thread(check)


async def test_a_stranger_to_the_room_finds_nothing(database: Database, world: World, room: Room, ann: Caller) -> None:
    task = ids.of(ids.TASK, (await world.task(room)).id)
    objective = ids.of(ids.OBJECTIVE, (await world.objective(room)).id)
    await memory.remember(database, ann, task, "plan", 1)
    stranger = await world.agent("eve")

    for scope in (task, objective, "web", f"R{room.id}", "T999999", "nowhere"):
        for act in (memory.recall(database, stranger, scope, "plan"), memory.forget(database, stranger, scope, "plan")):
            with pytest.raises(Refused) as refused:
                await act
            assert (type(refused.value), refused.value.facts()) == (NotFound, {"id": scope})
