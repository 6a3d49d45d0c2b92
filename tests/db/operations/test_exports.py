"""What is exported comes back as it was, and life goes on from there."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from db.core.database import Database
from db.core.enums import Role
from db.core.errors import NotFound
from db.core.migrations import migrate
from db.events.feed import Feed
from db.operations import doctor, exports
from db.operations.export_file import CannotRestore, Checksum
from db.rooms import browser_sessions
from tests import people
from tests.api.schema_client import Actor
from tests.conftest import new_database
from tests.receiver import HOOK

# Texts that a careless reader or writer of JSON changes.
ODD = 'Größe "1.10" \\n \n\t\u2028 🦋 </script>'
# Search is made anew from the others, row by row, a restore begins an epoch of its own, and tickets are over soon.
LEFT_OUT = {"schema_migration", "uptime", "activity", "log_epoch", "log_branch", "search_document", "login_ticket"}


async def furnish(database: Database) -> Actor:
    """Ann, in the room web, which has something of everything, beside another room that has less."""
    web, other = await people.room(database), await people.room(database, "other")
    feed = Feed(database)
    ann = Actor(database, await people.caller(database, "ann", web, role=Role.ADMIN), feed)
    bob = Actor(database, await people.caller(database, "bob", web), feed)
    eve = Actor(database, await people.caller(database, "eve", other), feed)

    users = {"title": "Users", "target": 0.1}
    goal = await ann.do("createObjective", "id keyResults { id }", title=ODD, keyResults=[users])
    root = goal["id"]
    below = (await ann.do("createObjective", title="Below", parent=root))["id"]
    # A parent that is younger than its child.
    young = (await ann.do("createObjective", title="Young"))["id"]
    await ann.do("moveObjective", id=root, parent=young)
    await ann.do("defineResource", name="device", capacity=1)
    await bob.do("heartbeat", "__typename", session="night")

    first = await ann.make(ODD, objective=below, criteria=["It holds"], resources=["device"], track="main")
    second = await ann.make(objective=below, criteria=["It holds"], track="main", dependsOn=[first])
    await ann.do("remember", "key", scope=second, key="plan", value={"b": 1.10, "a": [1e300, ODD]})
    await bob.do("remember", "key", scope="bob", key="secret", value=1)
    fence = (await bob.do("claimTask", "lease { fence }", task=first, session="night"))["lease"]["fence"]
    await bob.do("registerAgent", "token", name="helper", spawnedFor=first)
    criterion = (await bob.task(first, "criteria { id }"))["criteria"][0]["id"]
    met = [{"id": criterion, "met": True, "evidence": ODD}]
    artifacts = [{"url": "https://example.org", "title": ODD}]
    await bob.do("submitTask", task=first, summary=ODD, fence=fence, criteria=met, artifacts=artifacts)
    await ann.do("reviewTask", task=first, verdict="APPROVED", comment=ODD)
    await bob.claim(second)
    await bob.do("addComment", on=second, body=f"@ann {ODD}", idempotencyKey="once")
    await bob.do("sendMessage", channel="general", body=f"@ann {second} {ODD}")
    for one in (ann, bob):
        await one.do("reflect", task=second, worked=ODD, didNotWork="", change=ODD, tags=["odd"])
    await ann.do("createSchedule", cron="@daily", timezone="Asia/Kathmandu", task={"title": ODD, "dependsOn": [second]})
    hook = await ann.do("createWebhook", **HOOK | {"labels": [ODD[:20]]})
    await ann.do("testWebhook", "status", webhook=hook["id"])
    await ann.do("sendMessage", to=["bob"], body="For you alone")
    await browser_sessions.issue_ticket(database, ann.caller.agent_id, Role.ADMIN, 600)
    await browser_sessions.begin(database, ann.caller, "a browser")
    await eve.make("Elsewhere", room="other", criteria=["It holds"])
    await ann.do("updateTask", id=second, keyResults=[goal["keyResults"][0]["id"]])
    key = int(second.removeprefix("T"))
    await database.execute(
        "insert into imported select room_id, 'beads', $2, id, null, '{\"title\": \"1.10\"}' from task where id = $1",
        key,
        ODD,
    )
    asked = await ann.do("propose", kind="VOTE", title=ODD, options=[ODD, "other"], tasks=[second])
    await bob.do("vote", proposal=asked["id"], option=ODD, note=ODD)
    return ann


@pytest.fixture
async def ann(database: Database) -> Actor:
    return await furnish(database)


@pytest.fixture(scope="module")
async def saved(postgres_url: str, template: str) -> list[str]:
    """Ann's export, for tests that change nothing else."""
    async with new_database(postgres_url, template) as url:
        database = await Database.connect(url)
        try:
            return await exported((await furnish(database)).database)
        finally:
            await database.close()


@pytest.fixture(scope="module")
async def untouched(postgres_url: str, template: str) -> AsyncGenerator[asyncpg.Connection]:
    """A database into which nothing gets: each test finds what the one before left."""
    async with new_database(postgres_url, template) as url:
        connection = await asyncpg.connect(url)
        yield connection
        await connection.close()


async def exported(database: Database, room: str | None = None) -> list[str]:
    return [line async for line in exports.lines(database, room)]


@asynccontextmanager
async def restored(url: str, lines: list[str]) -> AsyncGenerator[Database]:
    """The database after that."""
    connection = await asyncpg.connect(url)
    await exports.restore(connection, lines)
    await connection.close()
    database = await Database.connect(url, size=2)
    try:
        yield database
    finally:
        await database.close()


def rows(lines: list[str]) -> dict[str, list[Any]]:
    found = defaultdict(list)
    for line in lines[1:-1]:
        said = json.loads(line)
        found[said["table"]].append(said["row"])
    return found


async def test_everything_comes_back_to_the_last_character(ann: Actor, migrated_database: str) -> None:
    lines = await exported(ann.database)

    async with restored(migrated_database, lines) as database:
        again = await exported(database)

    assert set(rows(lines)) == set(exports.TABLES), "a table that the test leaves empty proves nothing"
    assert json.loads(lines[-1]).keys() == {"rows", "sha256"}
    assert json.loads(lines[-1])["rows"] == len(lines) - 2
    assert sorted(again[1:-1]) == sorted(lines[1:-1])


async def test_every_table_is_exported_or_named_here(database: Database) -> None:
    tables = await database.fetch("select tablename from pg_tables where schemaname = 'public'")
    assert {row["tablename"] for row in tables} == set(exports.TABLES) | LEFT_OUT


async def test_browsers_stay_signed_in_to_what_they_signed_in_to(saved: list[str]) -> None:
    tokens = rows(saved)["token"]

    assert tokens
    assert all(token["signed_in_with_id"] is None for token in tokens)


async def test_ids_and_logs_continue_after_a_restore(ann: Actor, migrated_database: str) -> None:
    newest = await ann.make(criteria=["It holds"])
    async with restored(migrated_database, await exported(ann.database)) as database:
        there = Actor(database, ann.caller, Feed(database))
        made = await there.make(criteria=["It holds"])
        log = [event["id"] for event in (await there.see("{ events(first: 200) { nodes { id } } }"))["events"]["nodes"]]
        connection = await asyncpg.connect(migrated_database)
        findings = [look for look in [look async for look in doctor.examine(connection)] if look.findings]
        await connection.close()

    assert int(made[1:]) == int(newest[1:]) + 1
    assert len(set(log)) == len(log)
    assert [look for look in findings if look.subject != "database"] == []


EVENTS = "query ($room: ID!, $after: String) { events(room: $room, after: $after, first: 200) { edges { cursor } } }"
SAID = """query ($after: String) {
  room(room: "web") { messages(first: 200, after: $after) { edges { cursor node { body } } } } }"""


async def test_a_restore_begins_a_new_epoch_of_every_log(ann: Actor, migrated_database: str) -> None:
    async def cursors(of: Actor, room: str, after: str | None = None) -> list[str]:
        page = await of.see(EVENTS, room=room, after=after)
        return [edge["cursor"] for edge in page["events"]["edges"]]

    async def said(of: Actor, after: str | None = None) -> list[str]:
        room = (await of.see(SAID, after=after))["room"]
        return [edge["node"]["body"] for edge in room["messages"]["edges"]]

    old = {room: await cursors(ann, room) for room in ("web", "other")}
    messages = (await ann.see(SAID))["room"]["messages"]["edges"]
    async with restored(migrated_database, await exported(ann.database)) as database:
        there = Actor(database, ann.caller, Feed(database))
        for _ in range(len(old["web"])):
            await there.make(criteria=["It holds"])
        new = {room: await cursors(there, room) for room in old}
        for room, expired in old.items():
            for cursor in (expired[0], expired[-1], expired[0].rpartition(".")[0] + ".0"):
                facts = await there.unseen(EVENTS, room=room, after=cursor)
                assert facts["code"] == "CURSOR_EXPIRED"
                assert await cursors(there, room, facts["oldest"]) == new[room]
        assert new["other"][: len(old["other"])] != old["other"]
        assert await said(there, messages[0]["cursor"]) == [edge["node"]["body"] for edge in messages[1:]]
        assert await said(there) == [edge["node"]["body"] for edge in messages]
        made = await there.do("createRoom", "name", name="fresh")
        assert (await cursors(there, made["name"]))[0].split(".")[1] == new["web"][0].split(".")[1]


async def test_two_restores_of_one_file_have_epochs_of_their_own(
    ann: Actor, migrated_database: str, empty_database: str
) -> None:
    lines = await exported(ann.database)
    await migrate(empty_database)
    async with restored(migrated_database, lines) as one, restored(empty_database, lines) as other:
        epochs = {await database.fetchval("select epoch from log_epoch") for database in (one, other)}

    assert len(epochs) == 2


async def test_a_room_comes_with_whom_it_knows_and_nothing_of_others(ann: Actor, migrated_database: str) -> None:
    lines = await exported(ann.database, "web")
    found = rows(lines)

    assert [room["name"] for room in found["room"]] == ["web"]
    assert {agent["name"] for agent in found["agent"]} == {"root", "ann", "bob", "helper"}
    assert found["token"] == found["idempotency"] == []
    assert [memory["key"] for memory in found["memory"]] == ["plan"]
    assert "Elsewhere" not in "".join(lines)
    async with restored(migrated_database, lines) as database:
        assert sorted((await exported(database, "web"))[1:-1]) == sorted(lines[1:-1])


async def test_spawned_for_is_hidden_when_its_task_is_in_another_room(ann: Actor, migrated_database: str) -> None:
    await ann.do("updateAgent", agent="helper", rooms=["web", "other"])

    async with restored(migrated_database, await exported(ann.database, "other")) as database:
        assert await database.fetchval("select spawned_for_id from agent where name = 'helper'") is None


async def test_a_room_that_is_not_there_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await exported(database, "nowhere")


def sealed(lines: list[str]) -> list[str]:
    """These lines with a last one that is right: what is wrong with them is not that they were changed."""
    checksum = Checksum()
    for line in lines[:-1]:
        checksum.add(line)
    return [*lines[:-1], checksum.end(len(lines) - 2)]


def with_row(lines: list[str], table: str, change: Callable[[str], str], row: int = 0) -> list[str]:
    """The lines with this row of the table changed."""
    place = [place for place, line in enumerate(lines) if line.startswith(f'{{"table":"{table}"')][row]
    return sealed([*lines[:place], change(lines[place]), *lines[place + 1 :]])


def with_head(lines: list[str], **changes: object) -> list[str]:
    """The lines with these fields of the first in place of its own; None leaves one out."""
    head = json.loads(lines[0]) | changes
    return sealed([json.dumps({name: value for name, value in head.items() if value is not None}), *lines[1:]])


def nested(lines: list[str]) -> list[str]:
    return with_row(lines, "memory", lambda line: line.replace('"value":', f'"value":{"[" * 9_999}1{"]" * 9_999},"x":'))


SPOILED: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "nothing": (lambda _: [], "not a file that"),
    "an empty line": (lambda lines: ["", *lines], "not a file that"),
    "another format": (lambda lines: with_head(lines, format="another"), "not a file that"),
    "a later format": (lambda lines: with_head(lines, version=3), "newer version"),
    "a later one": (lambda lines: with_head(lines, migration="9999_tomorrow"), "newer version"),
    "no version": (lambda lines: with_head(lines, version=None), "no version"),
    "a version of another type": (lambda lines: with_head(lines, version="2"), "no version"),
    "a version that is true": (lambda lines: with_head(lines, version=True), "no version"),
    "no migration": (lambda lines: with_head(lines, migration=None), "no migration"),
    "a migration of another type": (lambda lines: with_head(lines, migration=9), "no migration"),
    "no time": (lambda lines: with_head(lines, at=None), "no time"),
    "a time of another type": (lambda lines: with_head(lines, at=1_764_000_000), "no time"),
    "a time that is none": (lambda lines: with_head(lines, at="yesterday"), "no time"),
    "a time without a zone": (lambda lines: with_head(lines, at="2026-11-29T12:00:00"), "no time"),
    "a time out of range": (lambda lines: with_head(lines, at="0001-01-01T00:00:00+23:00"), "no time"),
    "no end": (lambda lines: lines[:-1], "incomplete"),
    "a row too few": (lambda lines: [*lines[:5], *lines[6:]], "incomplete"),
    "more than the end": (lambda lines: [*lines, lines[1]], "more lines behind"),
    "a stray line": (lambda lines: sealed([*lines[:2], "Hello", *lines[2:]]), "Line 3 is not a row"),
    "another table": (
        lambda lines: with_row(lines, "task", lambda line: line.replace("task", "pg_task", 1)),
        "not a row",
    ),
    "deep nesting": (nested, "is not a row"),
    "an empty row": (lambda lines: with_row(lines, "task", lambda _: '{"table":"task","row":{}}'), "without columns"),
    "a row of another type": (
        lambda lines: with_row(lines, "task", lambda _: '{"table":"task","row":[]}'),
        "not a row",
    ),
    "a row twice": (lambda lines: sealed([*lines[:-1], lines[1], lines[-1]]), "contradict"),
    "a stranger": (
        lambda lines: sealed([one.replace('"creator_id":', '"creator_id":9') for one in lines]),
        "contradict",
    ),
    "a column too many": (lambda lines: with_row(lines, "task", add_column), "has no more"),
    "another column in one row": (lambda lines: with_row(lines, "task", add_column, row=1), "has other columns"),
    "another column": (lambda lines: sealed([one.replace('"notes":', '"nodes":') for one in lines]), "has no nodes"),
    "a changed title": (lambda lines: [one.replace("Elsewhere", "Changed") for one in lines], "checksum"),
    "a replaced event": (lambda lines: with_row(lines, "event", later), r"The log of room (web|other) lacks"),
    "an unknown zone": (
        lambda lines: sealed([one.replace('"timezone":"UTC"', '"timezone":"Mars/Base"') for one in lines]),
        "not of the tz database",
    ),
    "a daily digest that is never due": (
        lambda lines: sealed([one.replace('"digest_at":null', '"digest_at":"08:30"') for one in lines]),
        "a_daily_digest_is_due_where_it_has_a_time",
    ),
    "a wrong count of waits": (
        lambda lines: sealed([one.replace('"open_dependencies":0', '"open_dependencies":7') for one in lines]),
        "what tasks wait for: Not what follows",
    ),
}


def add_column(line: str) -> str:
    return line.removesuffix("}}") + ',"more":1}}'


def later(line: str) -> str:
    """The event with a number that its log has not come to."""
    return re.sub(r'"seq":\d+,', '"seq":9999,', line)


async def test_each_fault_of_a_file_is_a_line(saved: list[str], untouched: asyncpg.Connection) -> None:
    lines = saved

    with pytest.raises(CannotRestore) as head:
        await exports.restore(untouched, with_head(lines, version=None, migration=3, at="2026-11-29T12:00:00"))
    with pytest.raises(CannotRestore) as rows_:
        await exports.restore(untouched, [lines[0], "Hello", *lines[1:-2], "[]", lines[-2], "{}", lines[-1]])

    assert [fault.split(",")[0] for fault in head.value.faults] == [
        "The first line has no version",
        "The first line has no migration",
        "The first line has no time",
    ]
    assert [fault.split(" ", 2)[:2] for fault in rows_.value.faults] == [
        ["Line", "2"],
        ["Line", str(len(lines))],
        ["Line", str(len(lines) + 2)],
        ["The", "file"],
    ]


async def test_a_file_of_the_first_version_has_no_checksum(saved: list[str], migrated_database: str) -> None:
    older = [*with_head(saved, version=1)[:-1], json.dumps({"rows": len(saved) - 2})]

    async with restored(migrated_database, older) as database:
        assert sorted((await exported(database))[1:-1]) == sorted(saved[1:-1])


@pytest.mark.parametrize(("spoil", "why"), SPOILED.values(), ids=list(SPOILED))
async def test_what_is_no_whole_export_is_refused_and_changes_nothing(
    saved: list[str], untouched: asyncpg.Connection, spoil: Any, why: str
) -> None:
    with pytest.raises(CannotRestore, match=why):
        await exports.restore(untouched, spoil(saved))

    assert await untouched.fetchval("select count(*) from room") == 0


async def test_nothing_is_restored_over_work(ann: Actor, database_url: str) -> None:
    lines = await exported(ann.database)
    await ann.make("Since then", criteria=["It holds"])
    before = await exported(ann.database)
    connection = await asyncpg.connect(database_url)

    with pytest.raises(CannotRestore, match="not empty"):
        await exports.restore(connection, lines)

    assert sorted((await exported(ann.database))[1:-1]) == sorted(before[1:-1])
    await connection.close()


async def test_nothing_is_restored_under_a_running_server(saved: list[str], migrated_database: str) -> None:
    connection = await asyncpg.connect(migrated_database)
    database = await Database.connect(migrated_database, size=1)

    with pytest.raises(CannotRestore, match="stop it"):
        await exports.restore(connection, saved)

    await database.close()
    await connection.close()
