"""docs/agents.md is enough: every example in it works as shown, and who knows nothing else can do a whole task."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, build_schema, parse

from db.core.errors import ErrorCode
from resolvers.build import sdl
from tests.agent_texts import prime
from tests.api.schema_client import document
from tests.client import Client
from tests.guide import GUIDE, Ids, example_of, examples


@dataclass
class Team:
    """A planner who prepared the work, and two who have never been here."""

    planner: Client
    worker: Client
    other: Client
    task: str

    async def do(self, who: Client, mutation: str, fields: str = "id", **sent: object) -> Any:
        return (await who.execute(document(mutation, fields), input=sent))[mutation]


@pytest.fixture
async def team(admin: Client, request: pytest.FixtureRequest) -> AsyncGenerator[Team]:
    """One task to take, with all that the guide speaks of."""
    room = "every" if "every_example" in request.node.name else "cold"
    register = document("registerAgent", "token")
    await admin.execute(document("createRoom", "id"), input={"name": room})
    tokens = {}
    for name, kind in (("planner", "HUMAN"), ("worker", "AGENT"), ("other", "AGENT")):
        sent = {"name": f"{name}-{room}", "kind": kind, "rooms": [room]}
        tokens[name] = (await admin.execute(register, input=sent))["registerAgent"]["token"]
    async with (
        Client(admin.url, tokens["planner"]) as planner,
        Client(admin.url, tokens["worker"]) as worker,
        Client(admin.url, tokens["other"]) as other,
    ):
        team = Team(planner, worker, other, "")
        team.task = (
            await team.do(
                planner,
                "createTask",
                title="Find why files are empty",
                description="Since Monday some exports have no content.",
                instructions="Begin with the newest report.",
                criteria=["An export of each kind has content"],
            )
        )["id"]
        remembered = {"scope": team.task, "key": "where", "value": "src/export"}
        await team.do(planner, "remember", "version", **remembered)
        await team.do(planner, "sendMessage", to=[f"worker-{room}"], body="Welcome. Take the exports first, please.")
        yield team


async def _handed_in_by_another(team: Team) -> None:
    """A submission that the worker may judge."""
    new = {"title": "Write the changelog", "criteria": ["It names what changed"], "priority": "P3"}
    task = await team.do(team.planner, "createTask", "id criteria { id }", **new)
    await team.do(team.other, "claimTask", "task { id }", task=task["id"])
    met = [{"id": task["criteria"][0]["id"], "met": True, "evidence": "Read it"}]
    await team.do(team.other, "submitTask", task=task["id"], summary="Written", criteria=met)


async def test_every_example_answers_as_it_is_shown(team: Team) -> None:
    await _handed_in_by_another(team)
    ids = Ids()
    planner = (await team.planner.execute("{ me { name } }"))["me"]["name"]

    for example in examples():
        request = ids.fill(example.request).replace("@planner", f"@{planner}")
        answer = await team.worker.execute(request)
        if "mentions" in example.request:
            assert answer["sendMessage"]["mentions"] == [{"name": planner}]
            answer["sendMessage"]["mentions"] = [{"name": "planner"}]
        ids.check(example.answer, answer)


async def test_a_cold_agent_does_a_whole_task_with_the_guide_alone(team: Team) -> None:
    ids = Ids()

    async def call(who: Client, name: str, old: str = "", new: str = "") -> Any:
        """The guide's own example of this call, with the ids that were answered so far."""
        shown = example_of(name)
        return await who.execute(ids.fill(shown.request).replace(old, new))

    briefing = (await call(team.worker, "briefing"))["briefing"]
    assert "## To take: claim one (1)" in briefing["markdown"]
    ids.real["I1"] = briefing["inbox"][0]["id"]
    assert (await call(team.worker, "acknowledge")) == {"acknowledge": 1}
    claim = (await call(team.worker, "claimNextTask"))["claimNextTask"]
    ids.real |= {"T1": claim["task"]["id"], "Q1": claim["task"]["criteria"][0]["id"]}
    assert ids.real["T1"] == team.task
    assert (await call(team.worker, "memories"))["memories"][0]["key"] == "where"
    [lease] = (await call(team.worker, "heartbeat"))["heartbeat"]["leases"]
    assert lease["expiresAt"] > claim["lease"]["expiresAt"]
    await call(team.worker, "addComment")
    assert (await call(team.worker, "submitTask")) == {"submitTask": {"status": "VALIDATING"}}

    review = (await call(team.other, "claimNextReview"))["claimNextReview"]
    ids.real["T3"] = review["id"]
    judged = await call(team.other, "reviewTask", "CHANGES_REQUESTED", "APPROVED")

    assert review["id"] == team.task
    assert judged == {"reviewTask": {"status": "DONE"}}
    told = (await call(team.worker, "briefing"))["briefing"]["inbox"]
    assert [item["kind"] for item in told] == ["APPROVED"]


def test_the_guide_is_short_and_speaks_of_every_refusal() -> None:
    text = GUIDE.read_text("utf-8")

    # Four characters a token, as briefings count.
    assert len(text) < 4 * 3_000
    assert len(prime()) < 4 * 1_200
    assert [code for code in ErrorCode if code not in text] == []


def test_every_call_that_the_guide_shows_is_in_the_schema() -> None:
    schema = build_schema(sdl())
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    calls = {*schema.query_type.fields, *schema.mutation_type.fields}
    shown = {
        field.name.value
        for example in examples()
        for operation in parse(example.request).definitions
        if isinstance(operation, OperationDefinitionNode)
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
    }

    assert shown <= calls
    assert len(shown) > len(ErrorCode) / 3
