"""Rows to start from, made the way the server makes them."""

from collections.abc import Sequence
from typing import Any

from db.core import ids
from db.core.callers import Caller, authenticate
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.records import Objective, Room, Task
from db.goals import objective_mutations
from db.operations import agent_mutations, room_mutations
from db.rooms import agents
from db.tasks import task_create
from db.tasks.task_create import NewTask

_NO_GATES = {"require_done_criteria": False, "require_review": False, "require_handoff": False}


class World:
    """What a test says nothing about has a name of its own, and is as plain as can be."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._made = 0
        self._creator: Caller | None = None

    async def room(self, name: str | None = None, **settings: Any) -> Room:
        """A room without gates, which differs from the defaults in these settings."""
        return await room_mutations.create(
            self._database, await self.creator(), name or self._new("room"), settings=_NO_GATES | settings
        )

    async def agent(
        self,
        name: str | None = None,
        *,
        rooms: Sequence[Room] = (),
        role: Role = Role.MEMBER,
        kind: AgentKind = AgentKind.AGENT,
        capabilities: Sequence[str] = (),
    ) -> Caller:
        """An agent in these rooms, as it is known once its token of this role was read."""
        agent = await agents.ensure(self._database, name or self._new("agent"), kind=kind)
        await agents.grant_membership(self._database, agent, [room.id for room in rooms])
        token = await agents.issue_token(self._database, agent.id, role)
        if capabilities:
            itself = await authenticate(self._database, token)
            await agent_mutations.update(self._database, itself, agent.name, {"capabilities": list(capabilities)})
        return await authenticate(self._database, token)

    async def objective(self, room: Room, **new: Any) -> Objective:
        given = {"title": self._new("objective")} | new
        return await objective_mutations.create(self._database, await self.creator(), room=room.name, **given)

    async def task(self, room: Room, **new: Any) -> Task:
        """`new` is what NewTask takes."""
        given = {"title": self._new("task")} | new
        wanted = NewTask(room=ids.of(ids.ROOM, room.id), **given)
        return await task_create.create(self._database, await self.creator(), wanted, None)

    async def creator(self) -> Caller:
        """The person who makes everything here: an ADMIN, who claims nothing."""
        if self._creator is None:
            self._creator = await self.agent("creator", role=Role.ADMIN, kind=AgentKind.HUMAN)
        return self._creator

    def _new(self, noun: str) -> str:
        self._made += 1
        return f"{noun}-{self._made}"
