"""What each agent must know: kept until it is acknowledged."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from db.core import ids, pagination, validation
from db.core.callers import Caller, refresh_caller
from db.core.database import Database
from db.core.enums import InboxKind
from db.core.errors import BadInput
from db.core.pagination import Page
from db.core.queries import q
from db.core.records import InboxItem
from db.core.transaction import Topic, Transaction
from db.events.feed import Feed
from db.events.long_polls import wait_for_any
from db.rooms import agents

_CURSOR = "inbox"
_DEFAULT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """A part of one agent's inbox: of these rooms and kinds, or without them, of all."""

    agent_id: int
    rooms: tuple[int, ...] | None
    unacknowledged: bool = True
    kinds: tuple[InboxKind, ...] | None = None


def filter_of(
    caller: Caller, *, unacknowledged: bool = True, kinds: Collection[InboxKind] | None = None
) -> InboxFilter:
    """Filter the caller's own inbox. Items of a room that it has left are hidden until it is back."""
    chosen = None if kinds is None else tuple(dict.fromkeys(validation.items("kinds", list(kinds))))
    return InboxFilter(
        agent_id=caller.agent_id, rooms=caller.visible_rooms, unacknowledged=unacknowledged, kinds=chosen
    )


async def page(database: Database, part: InboxFilter, first: int | None, after: str | None) -> Page[InboxItem]:
    """Oldest first, which is the order in which they were told."""
    most = validation.page("first", _DEFAULT if first is None else first)
    (start,) = pagination.decode(_CURSOR, after, int) if after is not None else (0,)
    rows = await (q.unacknowledged_items if part.unacknowledged else q.all_items)(
        database, agent_id=part.agent_id, room_ids=part.rooms, kinds=part.kinds, after=start, most=most + 1
    )
    found = [InboxItem.of(row) for row in rows]
    return Page.of(found, most, lambda item: pagination.encode(_CURSOR, item.id), resumed=after is not None)


async def page_or_wait(
    database: Database,
    feed: Feed,
    caller: Caller,
    part_of: Callable[[Caller], InboxFilter],
    first: int | None,
    after: str | None,
    *,
    wait_seconds: int = 0,
    cancelled: asyncio.Event,
) -> tuple[Caller, Page[InboxItem]]:
    """As `page`; where it is empty, wait for an item until the time is over or `cancelled` is set.

    Also the caller as it is by then: revoked tokens and changed memberships take effect at once.
    """
    validation.integer("waitSeconds", wait_seconds, 0, validation.MAX_WAIT)
    found = await page(database, part_of(caller), first, after)
    if found.items or not wait_seconds:
        return caller, found
    deadline = asyncio.get_running_loop().time() + wait_seconds
    async with feed.states(Topic.INBOX, _newest_items).watch(caller.agent_id) as newest:
        while True:
            seen, found = newest.state, await page(database, part_of(caller), first, after)
            rest = deadline - asyncio.get_running_loop().time()
            if found.items or not await wait_for_any([newest.wait_for_change(seen)], rest, cancelled):
                return caller, found
            caller = await refresh_caller(database, caller)


async def count(on: Database | Transaction, part: InboxFilter) -> int:
    """How many there are in all."""
    return await q.count_items(
        on, agent_id=part.agent_id, room_ids=part.rooms, kinds=part.kinds, unacknowledged=part.unacknowledged
    )


async def counts(database: Database, keys: Sequence[InboxFilter]) -> dict[InboxFilter, int]:
    """How many there are in all, of each."""
    return {key: await count(database, key) for key in keys}


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, InboxItem]:
    """Items by key, whosever they are."""
    return {row["id"]: InboxItem.of(row) for row in await q.items_by_ids(database, item_ids=keys)}


async def acknowledge(
    database: Database,
    caller: Caller,
    *,
    items: Sequence[str] | None = None,
    up_to: str | None = None,
    sender: str | None = None,
) -> int:
    """These items, all up to one, all from one agent, or all; answers how many weren't acknowledged before."""
    caller.must_not_observe()
    if sum(part is not None for part in (items, up_to, sender)) > 1:
        raise BadInput(
            "items",
            "items, upTo and from are mutually exclusive.",
            "Send one of them, or none to acknowledge everything.",
        )
    chosen = None if items is None else [ids.key(ids.INBOX_ITEM, item) for item in validation.items("items", items)]
    last = None if up_to is None else ids.key(ids.INBOX_ITEM, up_to)
    from_id = None if sender is None else (await agents.find(database, caller, sender)).id
    done: int = await q.acknowledge_items(
        database,
        agent_id=caller.agent_id,
        room_ids=caller.visible_rooms,
        item_ids=chosen,
        up_to=last,
        from_id=from_id,
    )
    return done


async def follow(feed: Feed, database: Database, wanted_now: Callable[[], InboxFilter]) -> AsyncGenerator[InboxItem]:
    """What is unacknowledged, then what arrives, without end; `wanted_now` gives the filter, for rooms change.

    One at a time: a slow reader holds nothing but its place, and what another session acknowledged meanwhile is left
    out.
    """
    place = 0
    async with feed.states(Topic.INBOX, _newest_items).watch(wanted_now().agent_id) as newest:
        while True:
            seen, part = newest.state, wanted_now()
            rows = await feed.read_with_retry(
                partial(
                    q.unacknowledged_items,
                    database,
                    agent_id=part.agent_id,
                    room_ids=part.rooms,
                    kinds=part.kinds,
                    after=place,
                    most=1,
                )
            )
            if rows:
                item = InboxItem.of(rows[0])
                place = item.id
                yield item
            else:
                # Ids become visible in their order, so nothing below the newest is still to come.
                place = max(place, seen)
                await newest.wait_for_change(seen)


async def _newest_items(database: Database, agent_ids: Sequence[int]) -> dict[int, int]:
    """The newest item in each agent's inbox."""
    return {row["agent_id"]: row["id"] or 0 for row in await q.newest_items(database, agent_ids=agent_ids)}
