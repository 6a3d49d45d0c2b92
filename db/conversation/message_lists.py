"""Pages of messages in the order of the log: of a room, a channel or a thread."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db.core import validation
from db.core.database import Database
from db.core.errors import BadInput
from db.core.pagination import Page
from db.core.queries import q
from db.core.records import Message
from db.events import event_log

_DEFAULT = 50
_PAIRS = "Send `last` with `before`, or `first` with `after`."
_BEYOND_ALL = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """A page to read, by one reader: of a room, of a channel in it, or of what answers a message in it."""

    room_id: int
    reader: int
    channel: str | None = None
    thread: str | None = None
    most: int = _DEFAULT
    after: int | None = None
    before: int | None = None
    backward: bool = False


async def requested_page(
    database: Database,
    room_id: int,
    reader: int,
    *,
    channel: str | None = None,
    thread: str | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> MessagePage:
    """The `first` after a cursor of the room's log, or the `last` before one; BAD_INPUT for both at once."""
    backward = last is not None
    # The schema gives `first` its default where it is left out.
    if backward and (after is not None or first not in (None, _DEFAULT)):
        raise BadInput("last", "last can't be combined with first or after.", _PAIRS)
    if not backward and before is not None:
        raise BadInput("before", "before requires `last`.", _PAIRS)
    most = (
        validation.page("last", last)
        if last is not None
        else validation.page("first", _DEFAULT if first is None else first)
    )
    given = {"after": after, "before": before}
    places = {field: event_log.place_of(field, text, room_id) for field, text in given.items() if text is not None}
    seqs = {}
    if places:
        # Messages are kept when the log no longer is, and keep their numbers in a restore.
        extent = await event_log.extent_of(database, room_id)
        seqs = {field: extent.until_end(field, place) for field, place in places.items()}
    return MessagePage(
        room_id=room_id,
        reader=reader,
        channel=channel,
        thread=thread,
        most=most,
        after=seqs.get("after"),
        before=seqs.get("before"),
        backward=backward,
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    message: Message
    seq: int
    epoch: int


async def pages(database: Database, keys: Sequence[MessagePage]) -> dict[MessagePage, Page[Message]]:
    """Each page, in reading order; its cursors are those of the log."""
    found: dict[MessagePage, Page[Message]] = {}
    for reader, most, backward in dict.fromkeys((key.reader, key.most, key.backward) for key in keys):
        asked = [key for key in keys if (key.reader, key.most, key.backward) == (reader, most, backward)]
        rows = await (q.messages_backward if backward else q.messages_forward)(
            database,
            **_places(asked),
            afters=[0 if key.after is None else key.after for key in asked],
            befores=[_BEYOND_ALL if key.before is None else key.before for key in asked],
            agent_id=reader,
            most=most + 1,
        )
        grouped: dict[int, list[_Placed]] = defaultdict(list)
        for row in rows:
            grouped[row["position"]].append(_Placed(Message.of(row), row["seq"], row["epoch"]))
        for position, key in enumerate(asked, start=1):
            resumed = (key.before if backward else key.after) is not None
            found[key] = _page(grouped[position], key, resumed=resumed)
    return found


async def counts(database: Database, keys: Sequence[MessagePage]) -> dict[MessagePage, int]:
    """How many there are in all that the reader may see."""
    found: dict[MessagePage, int] = {}
    for reader in dict.fromkeys(key.reader for key in keys):
        asked = [key for key in keys if key.reader == reader]
        rows = await q.count_messages(database, **_places(asked), agent_id=reader)
        found |= {asked[row["position"] - 1]: row["messages"] for row in rows}
    return found


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Message]:
    """Messages by key, whoever may see them."""
    return {row["id"]: Message.of(row) for row in await q.messages_by_ids(database, message_ids=keys)}


async def superseding(database: Database, keys: Sequence[int]) -> dict[int, Message]:
    """For each message the one that took its place."""
    rows = await q.messages_superseding(database, message_ids=keys)
    return {row["supersedes_id"]: Message.of(row) for row in rows}


def _places(asked: Sequence[MessagePage]) -> dict[str, Any]:
    return {
        "room_ids": [key.room_id for key in asked],
        "channels": [key.channel for key in asked],
        "threads": [key.thread for key in asked],
    }


def _page(placed: Sequence[_Placed], key: MessagePage, *, resumed: bool) -> Page[Message]:
    page = Page.of(
        placed,
        key.most,
        lambda one: event_log.cursor(key.room_id, one.seq, one.epoch),
        resumed=resumed,
        backward=key.backward,
    )
    return Page([one.message for one in page.items], page.cursors, page.has_next, page.has_previous)
