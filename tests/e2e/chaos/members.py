"""Who works in the team: they go on through everything, and write down what they were told."""

import asyncio
import itertools
import json
import random
from collections.abc import Sequence

import websockets

from tests.e2e.chaos.history import History
from tests.e2e.team import Agent, codes

CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
CLAIM = "mutation($input: ClaimNextTaskInput!) { claimNextTask(input: $input) { task { id } lease { fence } } }"
RENEW = "mutation($input: RenewLeaseInput!) { renewLease(input: $input) { fence } }"
RELEASE = "mutation($input: ReleaseTaskInput!) { releaseTask(input: $input) { id } }"
COMPLETE = "mutation($input: SubmitTaskInput!) { completeTask(input: $input) { id } }"
SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
EVENTS = "subscription($room: ID, $after: String) { events(room: $room, after: $after) { cursor } }"

# A follower that hears nothing for so long asks another server.
_QUIET_S = 3.0


class Team:
    """What they share: the history, and how far the day has gone."""

    def __init__(self, history: History, urls: Sequence[str]) -> None:
        self.history, self.urls = history, urls
        self.closing = asyncio.Event()
        self.all_done = asyncio.Event()

    async def create(self, agent: Agent, dice: random.Random) -> None:
        for n in itertools.count():
            if self.closing.is_set():
                return
            title = f"Task {n}"
            sent = {"room": self.history.room, "title": title, "idempotencyKey": title}
            self.history.created[title] = (await agent.ask(CREATE, input=sent))["createTask"]["id"]
            await asyncio.sleep(dice.uniform(0, 0.1))

    async def talk(self, agent: Agent, name: str, dice: random.Random) -> None:
        for n in itertools.count():
            if self.closing.is_set():
                return
            body = f"@mentioned {name} says {n}"
            sent = {"room": self.history.room, "channel": "general", "body": body, "idempotencyKey": body}
            self.history.messages[body] = (await agent.ask(SEND, input=sent))["sendMessage"]["id"]
            await asyncio.sleep(dice.uniform(0, 0.2))

    async def work(self, agent: Agent, name: str, dice: random.Random) -> None:
        """Until all that was created is done."""
        for n in itertools.count():
            if self.all_done.is_set():
                return
            wanted = {"room": self.history.room, "waitSeconds": 1, "idempotencyKey": f"{name} {n}"}
            claim = (await agent.ask(CLAIM, input=wanted))["claimNextTask"]
            if claim["task"] is None:
                continue
            task, fence = claim["task"]["id"], claim["lease"]["fence"]
            self.history.claims.append((name, task, fence))
            await asyncio.sleep(dice.uniform(0, 0.1))
            what = dice.random()
            if what < 0.1:
                # Silent until the lease is over, and somebody else has it.
                await asyncio.sleep(dice.uniform(1, 3))
            elif what < 0.2:
                handoff = {"done": "Half", "pending": "Half"}
                await self._try(agent, RELEASE, {"task": task, "fence": fence, "handoff": handoff})
            else:
                if what < 0.4:
                    await self._try(agent, RENEW, {"task": task, "fence": fence})
                summary = f"{name} did {task} with {fence}"
                if await self._try(agent, COMPLETE, {"task": task, "fence": fence, "summary": summary}):
                    self.history.completed[task] = summary

    async def _try(self, agent: Agent, document: str, sent: dict[str, object]) -> bool:
        """Whether it was done; refusals are counted, for another may have the task by now."""
        refused = codes(await agent.send(document, input=sent))
        self.history.refusals.update(refused)
        return not refused

    async def follow(self, name: str, token: str, begin: str, dice: random.Random) -> None:
        """Every event from there on, at one server after another, each time from where the last one ended."""
        seen = self.history.followed.setdefault(name, [])
        while not self.all_done.is_set():
            try:
                await self._follow_at(dice.choice(list(self.urls)), token, seen[-1] if seen else begin, seen)
            except (OSError, TimeoutError, websockets.WebSocketException):
                await asyncio.sleep(0.1)

    async def catch_up(self, name: str, token: str, begin: str, last: str) -> None:
        """To the end of the log, once all is quiet."""
        seen = self.history.followed[name]
        while (seen[-1] if seen else begin) != last:
            try:
                await self._follow_at(self.urls[0], token, seen[-1] if seen else begin, seen, last)
            except TimeoutError:
                continue

    async def _follow_at(self, url: str, token: str, after: str, seen: list[str], last: str | None = None) -> None:
        protocol = websockets.Subprotocol("graphql-transport-ws")
        address = url.replace("http://", "ws://") + "/graphql"
        async with websockets.connect(
            address, subprotocols=[protocol], ping_timeout=None, open_timeout=_QUIET_S, close_timeout=0.1
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
            variables = {"room": self.history.room, "after": after}
            subscribe = {"id": "1", "type": "subscribe", "payload": {"query": EVENTS, "variables": variables}}
            async with asyncio.timeout(_QUIET_S):
                if json.loads(await socket.recv())["type"] != "connection_ack":
                    return
            await socket.send(json.dumps(subscribe))
            while not last or not seen or seen[-1] != last:
                # `wait_for` would hand over what came and forget that it was cancelled: the day would never end.
                async with asyncio.timeout(_QUIET_S):
                    message = json.loads(await socket.recv())
                if message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                    continue
                if message["type"] != "next":
                    # The server ends it: with what, is no event.
                    return
                assert "errors" not in message["payload"], message
                seen.append(message["payload"]["data"]["events"]["cursor"])
