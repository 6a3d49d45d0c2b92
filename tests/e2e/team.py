"""Agents as their programs would be: HTTP clients with a token, that try again when a server goes away."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

_TRY_FOR_S = 60.0


@dataclass
class Agent:
    """A token, and the servers that it may speak to; it starts at the first and moves on where one is gone."""

    token: str
    urls: Sequence[str]
    http: httpx.AsyncClient
    keys: Any = field(default_factory=itertools.count)
    # For one answer; then the next server is asked.
    patience_s: float = 30

    async def send(self, document: str, **variables: object) -> dict[str, Any]:
        """The whole answer; UNAVAILABLE and lost connections are tried again, which keys and fences make safe.

        Whoever is told to wait does.
        """
        deadline = asyncio.get_running_loop().time() + _TRY_FOR_S
        for url in itertools.cycle(self.urls):
            try:
                response = await self.http.post(
                    f"{url}/graphql",
                    json={"query": document, "variables": variables},
                    headers={"Authorization": f"Bearer {self.token}"},
                    timeout=self.patience_s,
                )
                answer: dict[str, Any] = response.json()
            except (httpx.TransportError, ValueError):
                answer = {"errors": [{"extensions": {"code": "UNAVAILABLE"}}]}
            if codes(answer) not in (["UNAVAILABLE"], ["RATE_LIMITED"]):
                return answer
            assert asyncio.get_running_loop().time() < deadline, answer
            said = answer["errors"][0]["extensions"]
            await asyncio.sleep(said["retryAfterSeconds"] if said["code"] == "RATE_LIMITED" else 0.1)
        raise AssertionError

    async def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """The data, where nothing was refused."""
        answer = await self.send(document, **variables)
        assert not answer.get("errors"), answer
        data: dict[str, Any] = answer["data"]
        return data


def codes(answer: dict[str, Any]) -> list[str]:
    """The codes of what was refused."""
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


async def make_room(admin: Agent, name: str, **settings: object) -> None:
    """A room without gates, which differs from the defaults in these settings."""
    free = {"requireDoneCriteria": False, "requireReview": False, "requireHandoff": False}
    await admin.ask(
        "mutation($input: CreateRoomInput!) { createRoom(input: $input) { id } }",
        input={"name": name, "settings": free | settings},
    )


async def hire(admin: Agent, name: str, room: str, urls: Sequence[str]) -> Agent:
    """A MEMBER in one room."""
    data = await admin.ask(
        "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token } }",
        input={"name": name, "rooms": [room]},
    )
    return Agent(data["registerAgent"]["token"], urls, admin.http)


async def read_log(admin: Agent, room: str, *kinds: str) -> list[dict[str, Any]]:
    """The room's log from its beginning, page by page."""
    document = """query($room: ID, $after: String, $kinds: [EventKind!]) {
      events(room: $room, after: $after, kinds: $kinds, first: 200) {
        nodes { cursor kind actor { name } task { id } data } pageInfo { hasNextPage endCursor } } }"""
    events: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await admin.ask(document, room=room, after=after, kinds=list(kinds) or None))["events"]
        events += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return events
        after = page["pageInfo"]["endCursor"]


def check_one_owner(log: Sequence[dict[str, Any]]) -> None:
    """No task has two holders at one time, and none is given out again once it is done."""
    holder: dict[str, str | None] = {}
    done: set[str] = set()
    for event in log:
        task = event["task"]["id"]
        match event["kind"]:
            case "TASK_CLAIMED":
                assert holder.get(task) is None, event
                assert task not in done, event
                holder[task] = event["actor"]["name"]
            case "TASK_DONE":
                assert holder[task] == event["actor"]["name"], event
                holder[task] = None
                done.add(task)
            case "TASK_RECLAIMED" | "TASK_RELEASED":
                assert holder[task] is not None, event
                holder[task] = None


HOLDING = ("TASK_CLAIMED", "TASK_DONE", "TASK_RECLAIMED", "TASK_RELEASED")
