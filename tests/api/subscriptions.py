"""Subscriptions of agents, without the network in between."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from goalroom.execution.engine import Engine, Request
from resolvers.build import schema
from schema.context import Context
from tests.api.schema_client import Actor
from tests.patience import PATIENCE_S

_ENGINE = Engine(schema)


@asynccontextmanager
async def watching(actor: Actor, document: str, **variables: Any) -> AsyncGenerator[AsyncGenerator[Any]]:
    """The payloads of a subscription."""
    context = Context(database=actor.database, feed=actor.feed, caller=actor.caller)
    operation = await _ENGINE.prepare(Request(document, variables), context)
    async with aclosing(operation.stream()) as answers:

        async def payloads() -> AsyncGenerator[Any]:
            async for answer in answers:
                assert "errors" not in answer, answer
                yield next(iter(answer["data"].values()))

        yield payloads()


async def take(stream: AsyncGenerator[Any], count: int) -> list[Any]:
    """The next payloads."""
    async with asyncio.timeout(PATIENCE_S):
        return [await anext(stream) for _ in range(count)]
