"""What is over takes no memory, and waits for no collector, whose looks through memory keep everybody waiting."""

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from tests.api.server_fixture import Live

SAY = 'mutation { sendMessage(input: {room: "main", channel: "general", body: "hello"}) { id } }'
# The one that the cache of the log keeps for all.
_OBJECTS_OF_AN_EVENT = 12
OURS = ("goalroom.", "resolvers.", "uvicorn.", "websockets.server", "starlette.")


def _events(live: Live) -> str:
    return f'subscription {{ events(room: "main", after: "R{live.room.id}.0") {{ cursor kind actor {{ name }} }} }}'


@contextmanager
def without_collector() -> Generator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _alive() -> Counter[str]:
    kinds = [type(one) for one in gc.get_objects()]
    return Counter(kind.__qualname__ for kind in kinds if str(kind.__module__).startswith(OURS))


async def _never_inits(live: Live) -> None:
    async with live.raw_socket():
        pass


async def _is_refused(live: Live) -> None:
    async with live.raw_socket() as socket:
        await socket.say(type="connection_init", payload={"token": "gr_nobody"})
        assert (await socket.closed())[0] == 4403


async def _subscribes(live: Live) -> None:
    # A client that has stopped reading would not hear that its close was heard.
    async with live.socket(max_queue=None) as socket:
        await socket.subscribe("all", _events(live))
        await live.ask(SAY)
        assert (await socket.hear())["type"] == "next"


async def _asks(live: Live) -> None:
    async with live.socket() as socket:
        await socket.subscribe("once", "{ me { name } }")
        assert (await socket.hear())["type"] == "next"


async def _asks_over_http(live: Live) -> None:
    await live.ask('{ room(room: "main") { tasks { nodes { id creator { name } } } } }')


async def _streams(live: Live) -> None:
    head = {"authorization": f"Bearer {live.token}", "accept": "text/event-stream"}
    async with live.http.stream("POST", "/graphql", json={"query": _events(live)}, headers=head) as answer:
        await live.ask(SAY)
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                return


VISITS = (_never_inits, _is_refused, _subscribes, _asks, _asks_over_http, _streams)


@pytest.mark.parametrize("visit", VISITS)
async def test_whoever_has_left_takes_no_memory(live: Live, visit: Callable[[Live], Awaitable[None]]) -> None:
    await visit(live)
    await asyncio.sleep(0.2)
    with without_collector():
        before = _alive()
        for _ in range(20):
            await visit(live)
        await asyncio.sleep(0.2)
        assert {kind: n for kind, n in (_alive() - before).items() if n >= 10} == {}


async def test_a_subscription_keeps_nothing_of_what_it_sent(live: Live) -> None:
    async with live.socket() as socket:
        await socket.subscribe("all", _events(live))

        async def pass_on(events: int) -> int:
            for _ in range(events):
                await live.ask(SAY)
                # It only listens, so on a busy machine it is asked whether it is there.
                while (heard := await socket.hear())["type"] == "ping":
                    pass
                assert heard["type"] == "next"
            gc.collect()
            return len(gc.get_objects())

        # The cache of the log keeps some thousands of events, whoever follows it.
        await pass_on(20)
        kept = [await pass_on(events) for events in (20, 60, 60, 60)]
        # What is kept of each event grows in every stretch; what is made once, such as a connection's state, in one.
        assert min(after - before for before, after in pairwise(kept)) < 60 * _OBJECTS_OF_AN_EVENT
