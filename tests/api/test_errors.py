"""Each code of the rules of work is reached through the API, with its facts and a hint that names a real next call."""

import re
from datetime import datetime
from typing import Any

import pytest
from graphql import build_schema

from db.core.callers import Caller, authenticate
from db.core.database import Database
from db.core.enums import AgentKind
from db.core.errors import ErrorCode
from db.core.records import Room
from db.events.feed import Feed
from db.rooms import agents
from db.rooms.agents import NewAgent
from db.tasks import lease_expiry
from resolvers.build import sdl
from tests.api.schema_client import Actor
from tests.factories import World

# What other doors refuse: tokens, limits, retries, memory, the goal tree.
ELSEWHERE = {
    ErrorCode.UNAUTHENTICATED,
    ErrorCode.NAME_TAKEN,
    ErrorCode.OBJECTIVE_CYCLE,
    ErrorCode.VERSION_CONFLICT,
    ErrorCode.IDEMPOTENCY_MISMATCH,
    ErrorCode.RATE_LIMITED,
    ErrorCode.TOO_COMPLEX,
    ErrorCode.UNAVAILABLE,
    ErrorCode.INTERNAL,
}


class Stage:
    """A room with every gate, and who meets it there."""

    def __init__(self, database: Database, world: World, room: Room, people: dict[str, Caller]) -> None:
        self.database, self.world, self.room = database, world, room
        feed = Feed(database)
        self.ann, self.bob, self.boss = (Actor(database, people[name], feed) for name in ("ann", "bob", "boss"))

    async def task(self, **more: Any) -> str:
        return await self.ann.make(**{"criteria": ["It works"]} | more)

    async def held(self, **more: Any) -> str:
        task = await self.task(**more)
        await self.bob.claim(task)
        return task

    async def child(self, parent: Actor, task: str) -> Actor:
        new = NewAgent(name="child", spawned_for=task)
        _agent, token = await agents.register(self.database, parent.caller, new)
        return Actor(self.database, await authenticate(self.database, token), parent.feed)


@pytest.fixture
async def stage(database: Database, world: World) -> Stage:
    gates = {"require_done_criteria": True, "require_review": True, "require_handoff": True}
    room = await world.room("stage", **gates)
    people = {name: await world.agent(name, rooms=[room]) for name in ("ann", "bob")}
    people["boss"] = await world.agent("boss", rooms=[room], kind=AgentKind.HUMAN)
    return Stage(database, world, room, people)


async def unknown(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("claimTask", task="T999999")


async def malformed(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("claimTask", task="42")


async def settings_by_an_agent(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("updateRoom", room="stage", settings={"paused": True})


async def held_by_another(stage: Stage) -> dict[str, Any]:
    return await stage.ann.complaint("claimTask", task=await stage.held())


async def meant_for_another(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("claimTask", task=await stage.task(assignee="ann"))


async def stopped(stage: Stage) -> dict[str, Any]:
    task = await stage.task()
    await stage.boss.do("updateRoom", room="stage", settings={"paused": True})
    return await stage.bob.complaint("claimTask", task=task)


async def not_yet(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("claimTask", task=await stage.task(dependsOn=[await stage.task()]))


async def not_mine(stage: Stage) -> dict[str, Any]:
    return await stage.ann.complaint("renewLease", task=await stage.held())


async def too_late(stage: Stage) -> dict[str, Any]:
    task = await stage.held()
    await stage.database.execute("update task set lease_expires_at = now() where status = 'DOING'")
    await lease_expiry.reclaim_expired(stage.database)
    return await stage.bob.complaint("submitTask", task=task, summary="Done", fence=1)


async def not_able(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("claimTask", task=await stage.task(capabilities=["welding"]))


async def too_many(stage: Stage) -> dict[str, Any]:
    await stage.boss.do("updateRoom", room="stage", settings={"wipLimit": 1})
    await stage.held()
    return await stage.bob.complaint("claimTask", task=await stage.task())


async def without_criteria(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("claimTask", task=await stage.task(criteria=[]))


async def criteria_of_the_holder(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("setCriteria", task=await stage.held(), criteria=["Less"])


async def without_evidence(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("submitTask", task=await stage.held(), summary="Done")


async def without_a_word(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("releaseTask", task=await stage.held())


async def without_a_review(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("completeTask", task=await stage.held(), summary="Done")


async def without_a_reflection(stage: Stage) -> dict[str, Any]:
    task = await stage.held()
    await stage.boss.do("updateRoom", "id", room=stage.room.name, settings={"requireReflection": True})
    criterion = (await stage.bob.task(task, "criteria { id }"))["criteria"][0]["id"]
    met = [{"id": criterion, "met": True}]
    return await stage.bob.complaint("submitTask", task=task, summary="Done", criteria=met)


async def _submitted(stage: Stage) -> str:
    task = await stage.held()
    criterion = (await stage.bob.task(task, "criteria { id }"))["criteria"][0]["id"]
    await stage.bob.do("submitTask", task=task, summary="Done", criteria=[{"id": criterion, "met": True}])
    return task


async def by_a_relative(stage: Stage) -> dict[str, Any]:
    child = await stage.child(stage.bob, await stage.held())
    return await child.complaint("reviewTask", task=await _submitted(stage), verdict="APPROVED")


async def out_of_order(stage: Stage) -> dict[str, Any]:
    return await stage.bob.complaint("reopenTask", task=await stage.task(), reason="Why not")


async def round_about(stage: Stage) -> dict[str, Any]:
    first = await stage.task()
    second = await stage.task(dependsOn=[first])
    return await stage.bob.complaint("addDependency", task=first, dependsOn=second)


async def of_a_log_that_was_replaced(stage: Stage) -> dict[str, Any]:
    """A cursor of the epoch before a restore, or of one that was restored elsewhere."""
    return await stage.bob.query_complaint(
        "query ($after: String) { events(after: $after) { __typename } }", after=f"R{stage.room.id}.5.1"
    )


# Which refusal, with which facts: a fact given as a type is of that type.
REFUSALS = [
    (unknown, ErrorCode.NOT_FOUND, {"id": "T999999"}),
    (malformed, ErrorCode.BAD_INPUT, {"field": "id"}),
    (settings_by_an_agent, ErrorCode.FORBIDDEN, {}),
    (held_by_another, ErrorCode.ALREADY_CLAIMED, {"task": str, "holder": "bob", "expiresAt": datetime}),
    (meant_for_another, ErrorCode.ASSIGNED_TO_OTHER, {"task": str, "assignee": "ann"}),
    (stopped, ErrorCode.PAUSED, {"room": "stage"}),
    (not_yet, ErrorCode.NOT_READY, {"task": str, "waitingOn": list}),
    (not_mine, ErrorCode.NOT_HOLDER, {"task": str, "holder": "bob"}),
    (too_late, ErrorCode.STALE_LEASE, {"task": str, "fence": 2, "holder": None}),
    (not_able, ErrorCode.MISSING_CAPABILITIES, {"task": str, "missing": ["welding"]}),
    (too_many, ErrorCode.WIP_LIMIT, {"limit": 1}),
    (without_criteria, ErrorCode.CRITERIA_REQUIRED, {"task": str}),
    (criteria_of_the_holder, ErrorCode.CRITERIA_FROZEN, {"task": str}),
    (without_evidence, ErrorCode.CRITERIA_UNMET, {"task": str, "unmet": list}),
    (without_a_word, ErrorCode.HANDOFF_REQUIRED, {"task": str}),
    (without_a_review, ErrorCode.REVIEW_REQUIRED, {"task": str}),
    (without_a_reflection, ErrorCode.REFLECTION_REQUIRED, {"task": str}),
    (by_a_relative, ErrorCode.SELF_REVIEW, {"task": str, "author": "bob", "reviewer": "child"}),
    (out_of_order, ErrorCode.WRONG_STATUS, {"id": str, "status": "TODO", "allowed": ["DONE", "CANCELLED"]}),
    (round_about, ErrorCode.DEPENDENCY_CYCLE, {"path": list}),
    (of_a_log_that_was_replaced, ErrorCode.CURSOR_EXPIRED, {"oldest": str}),
]


def _calls() -> set[str]:
    """Every query and mutation of the schema."""
    schema = build_schema(sdl())
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    return {*schema.query_type.fields, *schema.mutation_type.fields}


def test_every_code_of_the_rules_of_work_is_reached() -> None:
    assert {code for _reach, code, _facts in REFUSALS} | ELSEWHERE == set(ErrorCode)


@pytest.mark.parametrize(("reach", "code", "facts"), REFUSALS)
async def test_the_refusal_says_what_and_what_next(
    stage: Stage, reach: Any, code: ErrorCode, facts: dict[str, Any]
) -> None:
    error = await reach(stage)

    extensions = error["extensions"]
    hint = extensions.pop("hint")
    assert extensions.pop("code") == code
    assert extensions.keys() == facts.keys()
    for name, fact in facts.items():
        if fact is datetime:
            assert datetime.fromisoformat(extensions[name]).tzinfo is not None
        else:
            assert isinstance(extensions[name], fact) if isinstance(fact, type) else extensions[name] == fact
    assert error["message"]
    if code is not ErrorCode.BAD_INPUT:
        assert set(re.findall(r"[A-Za-z]+", hint)) & _calls(), hint
