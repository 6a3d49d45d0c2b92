"""Delivers to webhooks: a follower of the log for each that this process holds, one request at a time, in order."""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from db.core import ids
from db.core.database import Database
from db.core.enums import EventKind
from db.core.records import Event, Webhook
from db.core.retry import Retry
from db.core.transaction import Committed
from db.events.feed import Feed
from db.webhooks import cursors, payloads, retries
from db.webhooks.cursors import Held
from db.webhooks.outbound import Outbound
from goalroom.observability.metrics import Metrics

# How long a process holds a webhook without saying so again: after that another takes it over. It says so every second.
HELD_SECONDS = 5.0
_HOLD_EVERY_S = 1.0
# A cursor that passes over events is stored once nothing more has happened for a moment, and now and then until then:
# each time is a commit, and a busy room has a thousand events a second.
_STORE_AFTER_S, _STORE_EVERY_S = 0.2, 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_LET_GO_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the operator set: the seconds between attempts, and the address under which people see the dashboard."""

    schedule: Sequence[float] = retries.SCHEDULE
    public_url: str | None = None


@dataclass(slots=True)
class _Follower:
    """The task that delivers to one webhook; it is cancelled when the time ends for which the webhook is held."""

    held: Held
    task: asyncio.Task[None]
    end: asyncio.TimerHandle = field(init=False)

    def hold_until(self, at: float) -> None:
        self.end = asyncio.get_running_loop().call_at(at, self.task.cancel)

    async def stop(self) -> None:
        self.end.cancel()
        self.task.cancel()
        await asyncio.wait([self.task])


class Followers:
    """The webhooks that this process holds: those that no other does."""

    def __init__(self, database: Database, feed: Feed, outbound: Outbound, metrics: Metrics, options: Options) -> None:
        self._database, self._feed, self._outbound = database, feed, outbound
        self._metrics, self._options = metrics, options
        self._holder = secrets.token_hex(16)
        self._followers: dict[int, _Follower] = {}
        self._look = asyncio.Event()
        self._retry = Retry("holding webhooks", _FIRST_PAUSE, _LONGEST_PAUSE)

    @property
    def count(self) -> int:
        """How many webhooks this process delivers to."""
        return sum(not follower.task.done() for follower in self._followers.values())

    async def run(self) -> None:
        """Deliver until cancelled; then others may at once."""
        stop_listening = self._database.on_commit(self._committed)
        try:
            while True:
                self._look.clear()
                await self._retry.until_done(self._hold)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_HOLD_EVERY_S):
                        await self._look.wait()
        finally:
            stop_listening()
            await self._let_go()

    def _committed(self, committed: Committed) -> None:
        if EventKind.WEBHOOK_CHANGED in committed.kinds:
            self._look.set()

    async def _hold(self) -> None:
        # From before the database noted it, so that the time here ends first.
        until = asyncio.get_running_loop().time() + HELD_SECONDS
        for held in await cursors.hold(self._database, self._holder, HELD_SECONDS):
            follower = self._followers.get(held.webhook_id)
            if follower is not None and follower.held == held and not follower.task.done():
                follower.end.cancel()
            else:
                if follower is not None:
                    await follower.stop()
                task = asyncio.create_task(self._deliver_for_ever(held))
                follower = self._followers[held.webhook_id] = _Follower(held, task)
            follower.hold_until(until)
        for webhook_id in [key for key, follower in self._followers.items() if follower.task.done()]:
            del self._followers[webhook_id]

    async def _let_go(self) -> None:
        followers, self._followers = list(self._followers.values()), {}
        for follower in followers:
            await follower.stop()
        if followers:
            with suppress(Exception):
                async with asyncio.timeout(_LET_GO_S):
                    await cursors.let_go(self._database, self._holder)

    async def _deliver_for_ever(self, held: Held) -> None:
        """Until it is no longer held. Whatever fails, it begins again from the cursor that is stored."""
        name = ids.of(ids.WEBHOOK, held.webhook_id)
        retry = Retry(f"delivering to {name}", _FIRST_PAUSE, _LONGEST_PAUSE)
        await retry.until_done(partial(self._deliver, held))

    async def _deliver(self, held: Held) -> None:
        found = await cursors.state(self._database, held)
        if found is None:
            return
        webhook, wait_seconds = found
        clock = asyncio.get_running_loop().time
        async with self._feed.watch(webhook.room_id, counts=False) as watch:
            await asyncio.sleep(wait_seconds)
            seq = stored = webhook.settled_seq
            store_at = 0.0
            while True:
                if seq > stored and (clock() >= store_at or not await watch.wait(seq, _STORE_AFTER_S)):
                    if not await cursors.pass_over(self._database, held, seq):
                        return
                    stored, store_at = seq, clock() + _STORE_EVERY_S
                event = await watch.next(seq)
                body = await self._body(webhook, event)
                if body is None:
                    seq = event.seq
                elif await self._deliver_event(held, webhook, event, body):
                    seq = stored = event.seq
                else:
                    return

    async def _body(self, webhook: Webhook, event: Event) -> str | None:
        """What is sent of the event, the same at each attempt; None where it is of no interest."""
        if event.seq == webhook.begun_seq:
            return webhook.body
        if not payloads.may_interest(webhook, event):
            return None
        return await payloads.payload(self._database, webhook, event, self._options.public_url)

    async def _deliver_event(self, held: Held, webhook: Webhook, event: Event, body: str) -> bool:
        """Try until the event is settled; False where the webhook is switched off, or no longer held."""
        identifier = f"{ids.of(ids.EVENT, event.id)}.{ids.of(ids.WEBHOOK, webhook.id)}"
        while (number := await cursors.begin_attempt(self._database, held, event.seq, body)) is not None:
            attempt = await self._outbound.post(webhook.url, identifier, body, webhook.secret)
            self._metrics.attempted(attempt.was_taken)
            if attempt.was_taken:
                return await cursors.settle(self._database, held, event, number, attempt)
            found = await cursors.fail(self._database, held, event, number, attempt, self._options.schedule)
            if found is None or found.switched_off is not None:
                return False
            if found.gave_up:
                return True
            await asyncio.sleep(found.wait_seconds or 0.0)
        return False
