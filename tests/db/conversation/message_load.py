"""Many who send, and many who read what they are told, at two server processes."""

import asyncio
import random
from collections import defaultdict
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from db.conversation import inbox, message_lists, message_send
from db.conversation.message_send import NewMessage
from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.records import InboxItem, Message, Room
from db.events import event_log
from db.events.feed import Feed
from db.overviews import event_filters

CHANNELS = ("general", "reviews", "ops")
_MOST = 7


@dataclass
class Recipient:
    """Reads its inbox by pages and by subscriptions that it leaves at will, and acknowledges some of what it read."""

    database: Database
    feed: Feed
    caller: Caller
    chance: random.Random
    read: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _done: set[int] = field(default_factory=set)
    _seen: dict[int, InboxItem] = field(default_factory=dict)

    async def work(self, sent: asyncio.Event) -> None:
        """Until nothing more will be sent, and all is acknowledged."""
        while True:
            over = sent.is_set()
            await (self._page() if self.chance.random() < 0.4 else self._subscribe())
            await self._acknowledge(everything=over)
            if over and not await self._waiting():
                return

    def _takes(self, item: InboxItem, done: frozenset[int]) -> None:
        """`done`: what had been acknowledged when it began to read."""
        if item.id in done:
            self.wrong.append(f"@{self.caller.name} was told {ids.of(ids.INBOX_ITEM, item.id)} again")
        self._seen[item.id] = item

    async def _page(self) -> None:
        done, after = frozenset(self._done), None
        for _ in range(self.chance.randint(1, 3)):
            page = await inbox.page(self.database, inbox.filter_of(self.caller), self.chance.randint(1, 9), after)
            for item in page.items:
                self._takes(item, done)
            if not page.has_next:
                return
            after = page.cursors[-1]

    async def _subscribe(self) -> None:
        done, last = frozenset(self._done), 0
        async with aclosing(inbox.follow(self.feed, self.database, partial(inbox.filter_of, self.caller))) as items:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.3):
                    async for item in items:
                        self._takes(item, done)
                        if item.id <= last:
                            self.wrong.append(f"{ids.of(ids.INBOX_ITEM, item.id)} came twice or late")
                        last = item.id
                        if self.chance.random() < 1 / _MOST:
                            return

    async def _acknowledge(self, *, everything: bool) -> None:
        """Only what it has read; `upTo` where it has read all before that one, in any other way it would be luck."""
        fresh = sorted(self._seen.keys() - self._done)
        chosen = fresh if everything else [key for key in fresh if self.chance.random() < 0.8]
        for start in range(0, len(chosen), 100):
            part = chosen[start : start + 100]
            await inbox.acknowledge(self.database, self.caller, items=[ids.of(ids.INBOX_ITEM, key) for key in part])
            self._done |= set(part)

    async def _waiting(self) -> int:
        count = await inbox.counts(self.database, [inbox.filter_of(self.caller)])
        return sum(count.values())

    def told(self) -> list[str]:
        """The summaries of all that it was told, in the order of the inbox."""
        return [self._seen[key].summary for key in sorted(self._seen)]


@dataclass
class Reader:
    """Reads a channel, or the room: a page, then a subscription behind it, and again where it stopped."""

    database: Database
    feed: Feed
    caller: Caller
    room: Room
    channel: str | None
    chance: random.Random
    got: list[int] = field(default_factory=list)

    async def work(self, sent: asyncio.Event) -> None:
        """Until nothing more will be sent, and all is read."""
        cursor = event_log.cursor(self.room.id, 0)
        while not sent.is_set():
            cursor = await (self._page if self.chance.random() < 0.5 else self._subscribe)(cursor)
        before = -1
        while len(self.got) > before:
            before = len(self.got)
            cursor = await self._page(cursor)

    async def _page(self, cursor: str) -> str:
        wanted = await message_lists.requested_page(
            self.database,
            self.room.id,
            self.caller.agent_id,
            channel=self.channel,
            first=self.chance.randint(1, 50),
            after=cursor,
        )
        page = (await message_lists.pages(self.database, [wanted]))[wanted]
        self.got += [message.id for message in page.items]
        return page.cursors[-1] if page.cursors else cursor

    async def _subscribe(self, cursor: str) -> str:
        wanted = await event_filters.of_messages(
            self.database, self.caller, self.room.name, cursor, channel=self.channel
        )
        async with aclosing(self.feed.follow(wanted.room_id, wanted.seq)) as events:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.3):
                    async for event in events:
                        if await wanted.matches(event, self.caller):
                            cursor = event_log.cursor_of(event)
                            self.got.append(event.message_id or 0)
                            if self.chance.random() < 0.02:
                                return cursor
        return cursor


@dataclass
class Traffic:
    """What went on in a room, and what came of it."""

    sent: list[Message]
    expected: dict[str, list[str]]
    recipients: list[Recipient]
    readers: list[Reader]


async def run(
    room: Room,
    at: tuple[Database, Feed],
    elsewhere: tuple[Database, Feed],
    senders: list[Caller],
    recipients: list[Caller],
    messages: int,
    *,
    seed: int = 1,
) -> Traffic:
    """Senders are at one process, who reads at both."""
    over, sent = asyncio.Event(), list[Message]()
    expected: dict[str, list[str]] = defaultdict(list)
    left = iter(range(messages))

    async def send(sender: Caller, chance: random.Random) -> None:
        for number in left:
            told = chance.sample(recipients, chance.choice((0, 0, 1, 1, 2, 5)))
            named = " ".join(f"@{one.name}" for one in told)
            if told and chance.random() < 0.4:
                bystander = chance.choice(recipients).name
                new = NewMessage(room=room.name, to=[one.name for one in told], body=f"{number} @{bystander}")
                line = f"@{sender.name}: {new.body}"
            else:
                channel = chance.choice(CHANNELS)
                new = NewMessage(room=room.name, channel=channel, body=f"{number} {named} `@{sender.name}`")
                line = f"@{sender.name} mentions you in #{channel}: {' '.join(new.body.split())}"
            sent.append(await message_send.send(at[0], sender, new, f"{number}"))
            for one in told:
                expected[one.name].append(line)

    places = (elsewhere, at)
    listening = [
        Recipient(*places[number % 4 == 0], caller, random.Random(seed * 1000 + number))  # no secret
        for number, caller in enumerate(recipients)
    ]
    reading = [
        Reader(*places[number % 3 == 0], caller, room, channel, random.Random(seed * 2000 + number))
        for number, (caller, channel) in enumerate(
            (caller, channel) for caller in islice(recipients, 2) for channel in (*CHANNELS, None)
        )
    ]
    async with asyncio.TaskGroup() as group:
        for work in [one.work(over) for one in listening] + [one.work(over) for one in reading]:
            group.create_task(work)
        async with asyncio.TaskGroup() as sending_group:
            for number, sender in enumerate(senders):
                sending_group.create_task(send(sender, random.Random(seed * 3000 + number)))
        over.set()
    return Traffic(sent, expected, listening, reading)
