"""Agents that act through the schema, without the network in between."""

from dataclasses import dataclass, field, fields, replace
from functools import cache
from ipaddress import ip_network
from typing import Any

from graphql import GraphQLObjectType, build_schema, get_named_type, is_composite_type

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import Role
from db.events.feed import Feed
from db.webhooks.outbound import Outbound
from goalroom.execution.documents import RequestError
from goalroom.execution.engine import Engine, Request
from goalroom.limits import Limits
from goalroom.webhooks.addresses import Addresses
from goalroom.webhooks.sender import Sender
from resolvers.build import schema, sdl
from schema.context import Context

_ENGINE = Engine(schema)
_MUCH = 1_000_000_000
_WITHOUT_LIMITS = Engine(schema, Limits(**{limit.name: _MUCH for limit in fields(Limits)}))


@dataclass
class Actor:
    """A caller, and the process that it speaks to, whose webhooks may reach this machine."""

    database: Database
    caller: Caller
    feed: Feed
    outbound: Outbound = field(default_factory=lambda: Sender(Addresses([ip_network("127.0.0.0/8")])))

    @property
    def name(self) -> str:
        return self.caller.name

    def as_role(self, role: Role) -> "Actor":
        """The same agent, with a token of this role."""
        return replace(self, caller=replace(self.caller, role=role))

    async def do(self, mutation: str, fields: str = "id", **sent: Any) -> Any:
        """What the mutation answers to this input, where it isn't refused."""
        data, errors = await self._send(document(mutation, fields), {"input": sent})
        assert errors == [], (mutation, sent)
        return data[mutation]

    async def refused(self, mutation: str, **sent: Any) -> dict[str, Any]:
        """The extensions of the mutation's refusal, but for its hint, which is there."""
        return _facts([await self.complaint(mutation, **sent)])

    async def complaint(self, mutation: str, **sent: Any) -> dict[str, Any]:
        """The one error that the mutation answers."""
        data, errors = await self._send(document(mutation, "__typename"), {"input": sent})
        assert data in (None, {mutation: None}), (mutation, sent)
        assert len(errors) == 1, errors
        return errors[0]

    async def see(self, query: str, **variables: Any) -> Any:
        """What the query answers, where it isn't refused."""
        data, errors = await self._send(query, variables)
        assert errors == [], errors
        return data

    async def see_all(self, query: str) -> Any:
        """As `see`, of a query too large for a client to send."""
        data, errors = await self._answer(_WITHOUT_LIMITS, query, {})
        assert errors == [], errors[0]
        return data

    async def unseen(self, query: str, **variables: Any) -> dict[str, Any]:
        """The extensions of the query's refusal, but for its hint."""
        return _facts([await self.query_complaint(query, **variables)])

    async def query_complaint(self, query: str, **variables: Any) -> dict[str, Any]:
        """The one error that the query answers."""
        _data, errors = await self._send(query, variables)
        assert len(errors) == 1, errors
        return errors[0]

    async def task(self, task: str, fields: str) -> Any:
        """These fields of a task."""
        return (await self.see(f"query ($id: ID!) {{ task(id: $id) {{ {fields} }} }}", id=task))["task"]

    async def make(self, title: str = "Task", **more: Any) -> str:
        """The id of a new task."""
        made: str = (await self.do("createTask", title=title, **more))["id"]
        return made

    async def claim(self, task: str) -> int:
        """The fence of a claim."""
        fence: int = (await self.do("claimTask", "lease { fence }", task=task))["lease"]["fence"]
        return fence

    async def finish(self, task: str) -> None:
        """Claim the task and complete it."""
        await self.claim(task)
        await self.do("completeTask", task=task, summary="Done")

    async def _send(self, text: str, variables: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
        return await self._answer(_ENGINE, text, variables)

    async def _answer(self, engine: Engine, text: str, variables: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
        context = Context(database=self.database, feed=self.feed, caller=self.caller, outbound=self.outbound)
        try:
            answer = await (await engine.prepare(Request(text, variables), context)).run()
        except RequestError as rejected:
            return None, list(rejected.errors)
        return answer["data"], answer.get("errors", [])


def _facts(errors: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(errors) == 1, errors
    given: dict[str, Any] = dict(errors[0]["extensions"])
    assert given.pop("hint")
    return given


@cache
def _mutations() -> GraphQLObjectType:
    mutations = build_schema(sdl()).mutation_type
    assert mutations is not None
    return mutations


def document(mutation: str, fields: str) -> str:
    """The mutation, with all its input in one variable."""
    field = _mutations().fields[mutation]
    body = f" {{ {fields} }}" if is_composite_type(get_named_type(field.type)) else ""
    return f"mutation ($input: {field.args['input'].type}) {{ {mutation}(input: $input){body} }}"
