"""Cursors and pages of a room's log."""

from typing import Any

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput, NotFound
from db.core.records import Room
from db.events import event_log
from db.operations import room_mutations
from tests import people


async def logged(
    database: Database, *kinds: EventKind, name: str = "web", task: int | None = None
) -> tuple[Caller, Room]:
    """A new room whose log holds nothing but these."""
    admin = await people.admin(database)
    async with database.transaction() as tx:
        room = await room_mutations.open_room(tx, name, name, actor=None)
        assert room is not None
    await database.execute("delete from event where room_id = $1", room.id)
    await database.execute("update room_log set seq = 0 where room_id = $1", room.id)
    async with database.transaction() as tx:
        for kind in kinds:
            tx.append_event(room.id, kind, task=task)
    return admin, room


async def test_what_one_act_did_has_one_time_and_the_next_act_has_another(database: Database) -> None:
    _, room = await logged(database, EventKind.TASK_CREATED, EventKind.TASK_CLAIMED, EventKind.COMMENT_ADDED)
    async with database.transaction() as tx:
        tx.append_event(room.id, EventKind.TASK_DONE)

    rows = await database.fetch("select at from event where room_id = $1 order by seq", room.id)

    times = [row["at"] for row in rows]
    assert times[0] == times[1] == times[2] < times[3]


def test_a_cursor_is_a_room_and_a_number() -> None:
    assert event_log.cursor(7, 912) == "R7.912"
    assert event_log.place_of("after", "R7.912", 7) == (0, 912)


def test_a_cursor_of_a_later_epoch_says_which() -> None:
    assert event_log.cursor(7, 912, 53) == "R7.53.912"
    assert event_log.place_of("after", "R7.53.912", 7) == (53, 912)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "912",
        "R7",
        "R7.",
        "R7.-1",
        "R7.01",
        "R07.1",
        "T7.1",
        "R7.1 ",
        "R7.1\0",
        "R7.٣",
        "R7." + "9" * 5_000,
        "R7.0.1",
        "R7.05.1",
        "R7..1",
        "R7.1.",
        "R7.1.2.3",
        "R7.-1.2",
        "R7." + "9" * 10 + ".1",
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        event_log.place_of("after", text, 7)

    assert refused.value.field == "after"


def test_a_cursor_of_another_room_is_refused() -> None:
    with pytest.raises(BadInput, match="is a cursor of room"):
        event_log.place_of("before", "R8.1", 7)


async def test_the_log_is_paged_from_its_beginning_to_its_end(database: Database) -> None:
    caller, room = await logged(database, *[EventKind.TASK_CREATED] * 5)

    one = await event_log.events(database, caller, room.name, first=2)
    two = await event_log.events(database, caller, room.name, first=2, after=one.cursors[-1])
    three = await event_log.events(database, caller, room.name, first=2, after=two.cursors[-1])

    assert [[event.seq for event in page.items] for page in (one, two, three)] == [[1, 2], [3, 4], [5]]
    assert [(page.has_previous, page.has_next) for page in (one, two, three)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    assert one.cursors == [f"R{room.id}.1", f"R{room.id}.2"]


async def test_the_last_ones_come_in_reading_order(database: Database) -> None:
    caller, room = await logged(database, *[EventKind.TASK_CREATED] * 5)

    newest = await event_log.events(database, caller, room.name, last=2)
    older = await event_log.events(database, caller, room.name, last=2, before=newest.cursors[0])
    oldest = await event_log.events(database, caller, room.name, last=2, before=older.cursors[0])

    assert [[event.seq for event in page.items] for page in (newest, older, oldest)] == [[4, 5], [2, 3], [1]]
    assert [(page.has_previous, page.has_next) for page in (newest, older, oldest)] == [
        (True, False),
        (True, True),
        (False, True),
    ]


async def test_two_cursors_are_a_window(database: Database) -> None:
    caller, room = await logged(database, *[EventKind.TASK_CREATED] * 9)
    after, before = event_log.cursor(room.id, 2), event_log.cursor(room.id, 8)

    everything = await event_log.events(database, caller, room.name, after=after, before=before)
    first = await event_log.events(database, caller, room.name, after=after, before=before, first=2)
    last = await event_log.events(database, caller, room.name, after=after, before=before, last=2)

    assert [[event.seq for event in page.items] for page in (everything, first, last)] == [
        [3, 4, 5, 6, 7],
        [3, 4],
        [6, 7],
    ]


async def test_a_hundred_come_unless_said(database: Database) -> None:
    caller, room = await logged(database, *[EventKind.TASK_CREATED] * 101)

    page = await event_log.events(database, caller, room.name)

    assert (len(page.items), page.has_next) == (100, True)


async def test_kinds_leave_the_others_out(database: Database) -> None:
    kinds = [EventKind.TASK_CREATED, EventKind.TASK_DONE, EventKind.TASK_CREATED, EventKind.TASK_DONE]
    caller, room = await logged(database, *kinds)

    done = await event_log.events(database, caller, room.name, kinds=[EventKind.TASK_DONE], first=1)
    none = await event_log.events(database, caller, room.name, kinds=[])

    assert ([event.seq for event in done.items], done.has_next) == ([2], True)
    assert none.items == []


@pytest.mark.parametrize("size", [{"first": 0}, {"first": -1}, {"first": 201}, {"last": 0}, {"last": 10_000}])
async def test_a_page_has_1_to_200(database: Database, size: dict[str, int]) -> None:
    caller, room = await logged(database)

    with pytest.raises(BadInput):
        await event_log.events(database, caller, room.name, first=size.get("first"), last=size.get("last"))


async def test_first_and_last_are_mutually_exclusive(database: Database) -> None:
    caller, room = await logged(database)

    with pytest.raises(BadInput, match="mutually exclusive"):
        await event_log.events(database, caller, room.name, first=1, last=1)


@pytest.mark.parametrize("side", ["after", "before"])
async def test_a_cursor_behind_the_end_is_refused(database: Database, side: str) -> None:
    caller, room = await logged(database, EventKind.TASK_CREATED)
    end: dict[str, Any] = {side: event_log.cursor(room.id, 1)}
    beyond: dict[str, Any] = {side: event_log.cursor(room.id, 2)}

    await event_log.events(database, caller, room.name, **end)
    with pytest.raises(BadInput, match="past the end"):
        await event_log.events(database, caller, room.name, **beyond)


async def test_another_rooms_log_is_not_found(database: Database) -> None:
    _, room = await logged(database, EventKind.TASK_CREATED)
    stranger = await people.caller(database, "stranger")

    with pytest.raises(NotFound):
        await event_log.events(database, stranger, room.name)


async def test_a_follower_starts_at_the_end_or_behind_its_cursor(database: Database) -> None:
    _, room = await logged(database, *[EventKind.TASK_CREATED] * 3)

    assert await event_log.start(database, room.id, None) == 3
    assert await event_log.start(database, room.id, event_log.cursor(room.id, 1)) == 1
    with pytest.raises(BadInput):
        await event_log.start(database, room.id, event_log.cursor(room.id, 4))


async def test_histories_of_many_tasks_are_one_statement(database: Database) -> None:
    _, web = await logged(database, *[EventKind.TASK_CREATED] * 3, task=1)
    _, ops = await logged(database, *[EventKind.TASK_CREATED] * 2, name="ops", task=2)

    pages = await event_log.history(database, [(1, 2, 0), (1, 2, 2), (2, 50, 0), (3, 50, 0)])

    assert {key: [event_log.cursor_of(event) for event in page.items] for key, page in pages.items()} == {
        (1, 2, 0): [event_log.cursor(web.id, 1), event_log.cursor(web.id, 2)],
        (1, 2, 2): [event_log.cursor(web.id, 3)],
        (2, 50, 0): [event_log.cursor(ops.id, 1), event_log.cursor(ops.id, 2)],
        (3, 50, 0): [],
    }
    assert [pages[1, 2, 0].has_next, pages[1, 2, 2].has_next] == [True, False]


async def test_events_are_found_by_id(database: Database) -> None:
    caller, room = await logged(database, EventKind.TASK_CREATED, EventKind.TASK_DONE)
    events = (await event_log.events(database, caller, room.name)).items

    found = await event_log.by_ids(database, [events[1].id, 10**17])

    assert found == {events[1].id: events[1]}
