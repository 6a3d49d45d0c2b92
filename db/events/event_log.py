"""The rooms' logs as clients read them: cursors, pages, and the history of a task."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput, CursorExpired
from db.core.pagination import Page
from db.core.queries import q
from db.core.records import Event
from db.core.transaction import Transaction
from db.rooms import rooms

_DEFAULT_PAGE = 100
_CURSOR = re.compile(r"[Rr](0|[1-9][0-9]{0,17})\.(?:([1-9][0-9]{0,8})\.)?(0|[1-9][0-9]{0,17})")
_BEYOND_ALL = 2**63 - 1


class Place(NamedTuple):
    """A cursor of a room's log: the number of an event, and the epoch in which it has that number."""

    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class LogExtent:
    """From where to where a room's log goes: from behind the number `oldest` up to `seq`.

    Up to the number that stands at each of the `earlier` epochs it is the same log. Where `is_left`, its next event
    begins another epoch, since Postgres goes on elsewhere than it was.
    """

    room_id: int
    epoch: int
    oldest: int
    seq: int
    is_left: bool = False
    earlier: Mapping[str, int] | None = None

    def has(self, place: Place) -> bool:
        """Whether this log went through this place, however long ago, or will do so."""
        if place.epoch == self.epoch:
            return not (self.is_left and place.seq > self.seq)
        return place.seq <= (self.earlier or {}).get(str(place.epoch), -1)

    def behind(self, field: str, place: Place) -> int:
        """The number of a place in this log; CURSOR_EXPIRED where it isn't in it any more, BAD_INPUT past its end."""
        if not self.has(place) or place.seq < self.oldest:
            raise self.expired()
        return self.until_end(field, place)

    def until_end(self, field: str, place: Place) -> int:
        """The number, however old the place is; BAD_INPUT past the end of this log."""
        if place.epoch == self.epoch and place.seq > self.seq and not self.is_left:
            raise BadInput(
                field,
                f"{field} is past the end of the room's log, which is at {self.seq}.",
                "Send a cursor of this log; without one, a subscription starts now.",
            )
        return place.seq

    def expired(self) -> CursorExpired:
        """What is told to who comes from a place that isn't in this log."""
        return CursorExpired(cursor(self.room_id, self.oldest, self.epoch))


def cursor(room_id: int, seq: int, epoch: int = 0) -> str:
    """The place behind this event of the room: R7.912, or R7.53.912 in a later epoch than the first."""
    return f"{ids.of(ids.ROOM, room_id)}.{epoch}.{seq}" if epoch else f"{ids.of(ids.ROOM, room_id)}.{seq}"


def cursor_of(event: Event) -> str:
    """The cursor that goes on from here."""
    return cursor(event.room_id, event.seq, event.epoch)


def place_of(field: str, text: str, room_id: int) -> Place:
    """What a cursor of this room's log says, else BAD_INPUT. Whether the log has that place its extent knows."""
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
    return Place(int(match[2] or 0), int(match[3]))


async def start(on: Database | Transaction, room_id: int, after: str | None) -> int:
    """The number after which a follower begins: see `start_place`."""
    return (await start_place(on, room_id, after)).seq


async def start_place(on: Database | Transaction, room_id: int, after: str | None) -> Place:
    """Where a follower begins: behind its cursor or, without one, at the end of the log as it is now."""
    place = None if after is None else place_of("after", after, room_id)
    extent = await extent_of(on, room_id)
    return Place(extent.epoch, extent.seq if place is None else extent.behind("after", place))


async def extents(on: Database | Transaction, keys: Sequence[int]) -> dict[int, LogExtent]:
    """From where to where the log of each room goes."""
    return {row["room_id"]: LogExtent(**row) for row in await q.log_extents(on, room_ids=keys)}


async def extent_of(on: Database | Transaction, room_id: int) -> LogExtent:
    """From where to where the room's log goes."""
    return (await extents(on, [room_id])).get(room_id) or LogExtent(room_id, 0, 0, 0)


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
    given = {"after": after, "before": before}
    places = {field: place_of(field, text, room_id) for field, text in given.items() if text is not None}
    begin, end = places.get("after", Place(0, 0)), places.get("before", Place(0, _BEYOND_ALL))
    read = q.log_forward if last is None else q.log_backward
    names = None if kinds is None else [kind.value for kind in kinds]
    rows = await read(database, room_id=room_id, after=begin.seq, before=end.seq, kinds=names, most=most + 1)
    if places:
        # Afterwards: what the log goes back to now it went back to then, so nothing is missing in what was read.
        extent = await extent_of(database, room_id)
        for field, place in places.items():
            extent.behind(field, place)
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
