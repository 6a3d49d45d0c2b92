"""Rooms: working in one, and following its log."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from goalroom_client.sdk.connection import Connection
from goalroom_client.sdk.generated.fragments import LogEvent
from goalroom_client.sdk.generated.input_types import ClaimNextTaskInput
from goalroom_client.sdk.refusals import Refused, refusal
from goalroom_client.sdk.work import Claim

# The server says something every 12 seconds: who hears nothing for so long is cut off.
_SILENCE_S = 30.0
_LONGEST_POLL_S = 50
_PAUSES_S = (0.1, 0.5, 1.0, 2.0, 5.0)
_LATER = frozenset({"UNAVAILABLE", "RATE_LIMITED"})
_FOLLOW = """
subscription($room: ID, $after: String) {
  events(room: $room, after: $after) {
    id cursor kind at actor { id name } task { id title status } objective { id title } data
  }
}
"""


class Goalroom:
    """One server, and who asks; `session` is the name of this process."""

    def __init__(self, url: str, *, token: str, session: str | None = None) -> None:
        # All that the documents of the client ask, with generated types.
        self.api = Connection(url, token)
        self.session = session or f"sdk-{uuid4().hex[:12]}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.api.http_client.aclose()

    def room(self, name: str | None = None) -> "Room":
        """A room by its name or id; None is the caller's only one."""
        return Room(self, name)


class Room:
    """Where a team works."""

    def __init__(self, goalroom: Goalroom, name: str | None) -> None:
        self._goalroom, self.name = goalroom, name

    @asynccontextmanager
    async def work(
        self, *, objective: str | None = None, labels: Sequence[str] | None = None, wait_seconds: float = 0
    ) -> AsyncGenerator[Claim | None]:
        """The best task that is ready, held until this is left; None where there is none in so many seconds."""
        sent = {"room": self.name, "objective": objective, "labels": list(labels) if labels else None}
        claim = await self._claim({name: value for name, value in sent.items() if value is not None}, wait_seconds)
        if claim is None:
            yield None
            return
        async with claim:
            yield claim

    async def follow(self, cursor: str | None = None) -> AsyncGenerator[LogEvent]:
        """Every event after the cursor, or from now on, in order and without a gap, over any drop."""
        api = self._goalroom.api
        after = cursor or (await api.cursor(self.name)).briefing.cursor
        failed = 0
        while True:
            try:
                async for found in self._events(after):
                    after, failed = found["cursor"], 0
                    yield LogEvent.model_validate(found)
            except httpx.TransportError:
                pass
            except Refused as refused:
                if refused.code not in _LATER:
                    raise
            await asyncio.sleep(_PAUSES_S[min(failed, len(_PAUSES_S) - 1)])
            failed += 1

    async def _claim(self, sent: dict[str, Any], wait_seconds: float) -> Claim | None:
        loop = asyncio.get_running_loop()
        end = loop.time() + wait_seconds
        given = sent | {"session": self._goalroom.session, "idempotencyKey": f"sdk-{uuid4().hex}"}
        while True:
            wait = max(0, min(_LONGEST_POLL_S, round(end - loop.time())))
            request = ClaimNextTaskInput.model_validate(given | {"waitSeconds": wait})
            answer = (await self._goalroom.api.claim_next_task(request, timeout=wait + 10)).claim_next_task
            if answer is not None and answer.task is not None and answer.lease is not None:
                return Claim(self._goalroom.api, self._goalroom.session, answer.task, answer.lease)
            if loop.time() + 1 >= end:
                return None

    async def _events(self, after: str) -> AsyncGenerator[dict[str, Any]]:
        """What comes over one connection, until it is cut off."""
        api = self._goalroom.api
        body = {"query": _FOLLOW, "variables": {"room": self.name, "after": after}}
        # A connection of its own, which may be open for days.
        async with (
            httpx.AsyncClient(timeout=httpx.Timeout(10, read=_SILENCE_S)) as http,
            http.stream(
                "POST",
                api.url,
                json=body,
                headers={"Authorization": f"Bearer {api.token}", "Accept": "text/event-stream"},
            ) as response,
        ):
            if "text/event-stream" not in response.headers.get("content-type", ""):
                await response.aread()
                api.get_data(response)
            async for line in response.aiter_lines():
                if not line.startswith("data:") or not (data := line[5:].strip()):
                    continue
                answer = json.loads(data)
                if answer.get("errors"):
                    raise refusal(answer["errors"][0])
                yield answer["data"]["events"]
