"""Somebody in a team, over the network and through the API alone."""

from typing import Any

from tests.api.schema_client import document
from tests.client import Client


class Teammate(Client):
    """Somebody with a token, who asks and acts."""

    def __init__(self, url: str, token: str, name: str = "admin") -> None:
        super().__init__(url, token)
        self.name = name

    async def do(self, mutation: str, fields: str = "id", **sent: object) -> Any:
        return (await self.execute(document(mutation, fields), input=sent))[mutation]

    async def refused_to(self, mutation: str, **sent: object) -> str:
        code: str = (await self.refused(document(mutation, "__typename"), input=sent))["code"]
        return code

    async def see(self, task: str, fields: str) -> Any:
        return (await self.execute(f"query ($id: ID!) {{ task(id: $id) {{ {fields} }} }}", id=task))["task"]

    async def hire(self, name: str, room: str, kind: str = "AGENT", at: str | None = None) -> "Teammate":
        """Somebody new in the room, who speaks to the server at this URL, or to the same."""
        made = await self.do("registerAgent", "token", name=name, rooms=[room], kind=kind)
        return Teammate(at or self.url, made["token"], name)
