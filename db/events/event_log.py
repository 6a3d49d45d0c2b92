"""The rooms' logs as clients read them: cursors, pages, and the history of a task."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput
from db.core.pagination import Page
from db.core.queries import q
from db.core.records import Event
from db.core.transaction import Transaction
from db.rooms import rooms

_DEFAULT_PAGE = 100
_CURSOR = re.compile(r"[Rr](0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})")
_BEYOND_ALL = 2**63 - 1


def cursor(room_id: int, seq: int) -> str:
    """The place behind this event of the room: R7.912."""
    return f"{ids.of(ids.ROOM, room_id)}.{seq}"


def cursor_of(event: Event) -> str:
    """The cursor that goes on from here."""
    return cursor(event.room_id, event.seq)


def seq_of(field: str, text: str, room_id: int) -> int:
    """The number in a cursor of this room's log, else BAD_INPUT. `within` checks that the log is that long."""
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise BadInput(
            field,
            f"{field} is not a cursor of a room's log; those look like R7.912.",
            "Send the `cursor` of an event, or the endCursor of a page of events.",
        )
    if int(match[1]) != room_id:
        raise BadInput(
            field,
            f"{field} is a cursor of room R{match[1]}, not of {ids.of(ids.ROOM, room_id)}.",
            "Send a cursor of this room's log, or the room that the cursor belongs to.",
        )
    return int(match[2])


def within(field: str, seq: int, end: int) -> int:
    """The number; BAD_INPUT where it is past the end of the log."""
    if seq > end:
        raise BadInput(
            field,
            f"{field} is past the end of the room's log, which is at {end}.",
            "Send a cursor of this log; without one, a subscription starts now.",
        )
    return seq


async def start(on: Database | Transaction, room_id: int, after: str | None) -> int:
    """Where a follower begins: behind its cursor or, without one, at the end of the log as it is now."""
    end: int = (await ends(on, [room_id])).get(room_id, 0)
    return end if after is None else within("after", seq_of("after", after, room_id), end)


async def ends(on: Database | Transaction, keys: Sequence[int]) -> dict[int, int]:
    """Where the log of each room stands."""
    return {row["room_id"]: row["seq"] for row in await q.log_ends(on, room_ids=keys)}


async def events(
    database: Database,
    caller: Caller,
    room: str | None,
    *,
    after: str | None = None,
    before: str | None = None,
    kinds: Collection[EventKind] | None = None,
    first: int | None = None,
    last: int | None = None,
) -> Page[Event]:
    """The `first` events (100 unless said) between the cursors, or the `last` ones; oldest first either way."""
    if first is not None and last is not None:
        raise BadInput("last", "first and last are mutually exclusive.", "Send one of the two.")
    most = _DEFAULT_PAGE
    if first is not None or last is not None:
        most = validation.page("first", first) if first is not None else validation.page("last", last or 0)
    if kinds is not None:
        validation.items("kinds", list(kinds))
    room_id = (await rooms.find(database, caller, room)).id
    begin, end = 0, _BEYOND_ALL
    if after is not None or before is not None:
        log_end = (await ends(database, [room_id])).get(room_id, 0)
        begin = within("after", seq_of("after", after, room_id), log_end) if after is not None else begin
        end = within("before", seq_of("before", before, room_id), log_end) if before is not None else end
    read = q.log_forward if last is None else q.log_backward
    names = None if kinds is None else [kind.value for kind in kinds]
    rows = await read(database, room_id=room_id, after=begin, before=end, kinds=names, most=most + 1)
    found = [caller.shown(Event.of(row)) for row in rows]
    resumed = after is not None if last is None else before is not None
    return Page.of(found, most, cursor_of, resumed=resumed, backward=last is not None)


# A task, how many of its events, and the number after which.
HistoryKey = tuple[int, int, int]


async def history(database: Database, keys: Sequence[HistoryKey]) -> dict[HistoryKey, Page[Event]]:
    """The events of each task, oldest first, up to so many after a number."""
    rows = await q.histories(
        database,
        task_ids=[task for task, _, _ in keys],
        afters=[after for _, _, after in keys],
        mosts=[first + 1 for _, first, _ in keys],
    )
    found: dict[int, list[Event]] = defaultdict(list)
    for row in rows:
        found[row["position"]].append(Event.of(row))
    return {
        (task, first, after): Page.of(found[position], first, cursor_of, resumed=after > 0)
        for position, (task, first, after) in enumerate(keys, start=1)
    }


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Event]:
    """Events by key."""
    return {row["id"]: Event.of(row) for row in await q.events_by_ids(database, event_ids=keys)}
