"""A room of a test's own, and who works in it."""

import secrets
from pathlib import Path

from goalroom_client.api import Api
from goalroom_client.connection_settings import Connection
from tests.goalroom_client.terminal import Terminal


class Team:
    """A room of its own, and who works in it."""

    def __init__(self, url: str, token: str, homes: Path, **settings: object) -> None:
        self.url, self._homes = url, homes
        self.admin = Api(Connection(url, token, None, None))
        self.room = f"gr-{secrets.token_hex(4)}"
        self.admin.ask(
            "mutation($input: CreateRoomInput!) { createRoom(input: $input) { id } }",
            input={"name": self.room, "settings": settings},
        )

    def agent(self, name: str, role: str = "MEMBER", kind: str = "AGENT", *rooms: str) -> Terminal:
        """Somebody in the room, at a machine on which nobody has logged in."""
        name = f"{name}-{self.room}"
        register = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token } }"
        sent = {"name": name, "role": role, "kind": kind, "rooms": [self.room, *rooms]}
        token = self.admin.ask(register, input=sent)["registerAgent"]["token"]
        (directory := self._homes / name).mkdir()
        return Terminal(name, directory, GOALROOM_URL=self.url, GOALROOM_TOKEN=token)
