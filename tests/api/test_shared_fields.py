"""What is run once for many: every field that it may hold is asked for by two callers, and for both of them at once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_composite_type, parse

from db.core.enums import Role
from db.core.records import Room
from db.core.shared_caller import AskedWho, SharedCaller
from goalroom.execution.engine_internals import graphql_schema
from goalroom.execution.operation_plans import DocumentPlans
from goalroom.execution.plan_run import PlanRun
from goalroom.execution.variable_values import NO_VARIABLES
from resolvers.build import schema
from schema import caller_dependence
from schema.caller_dependence import CallerDependence
from schema.context import Context
from tests import people
from tests.api.schema_client import Actor
from tests.api.test_access import ANSWERS, World, reached, selection, timeless, world

__all__ = ["world"]

SCHEMA = graphql_schema(schema)
SHARED = ("events", "taskUnblocked", "taskChanged", "messageSent")
ROOTS = [
    ("Room", 'room(room: "{room}")'),
    ("Agent", 'agents(room: "{room}")'),
    *(("Objective", f'objective(id: "{{{name}}}")') for name in ("objective", "below")),
    *(("Task", f'task(id: "{{{name}}}")') for name in ("task", "done", "waits", "drafted", "queued", "asked")),
    *(
        (kind, f'node(id: "{{{kind.lower()}}}")')
        for kind in ("Comment", "Review", "Resource", "Reflection", "Insight", "Schedule")
    ),
    *(("Proposal", f'node(id: "{{{name}}}")') for name in ("question", "decided")),
    ("KeyResult", 'node(id: "{key_result}")'),
    ("Comment", 'node(id: "{remark}")'),
    *(("Event", f'node(id: "{{{name}}}")') for name in ("said", "whispered", "taken", "aimed", "joined", "asked_for")),
    *(("Message", f'node(id: "{{{name}}}")') for name in ("message", "reply", "answer", "replaced")),
]
# Where the world below has nothing to show: to be shorter is better.
NOT_THERE = ["Digest.reclaimed", "Digest.stale", "Message.to"]


def reachable() -> Iterator[GraphQLObjectType]:
    """The types of all that shared subscriptions may send."""
    subscription = SCHEMA.subscription_type
    assert subscription is not None
    rest, found = [get_named_type(subscription.fields[name].type) for name in SHARED], set()
    while rest:
        kind = rest.pop()
        # What a message names is of a type that other fields lead to as well.
        if kind.name not in found and isinstance(kind, GraphQLObjectType):
            found.add(kind.name)
            yield kind
            always = (caller_dependence.of(field) is CallerDependence.ALWAYS for field in kind.fields.values())
            rest += [
                get_named_type(field.type)
                for field, alone in zip(kind.fields.values(), always, strict=True)
                if not alone
            ]


def dependence(kind: str, name: str) -> CallerDependence | None:
    found = SCHEMA.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return caller_dependence.of(found.fields[name])


def is_undeclared(kind: str, name: str) -> bool:
    return dependence(kind, name) is None


DECLARED = sorted(
    {
        (kind.name, name)
        for kind in reachable()
        for name in kind.fields
        if kind.name not in ANSWERS and not is_undeclared(kind.name, name)
    }
)


def documents(there: World) -> list[str]:
    """What is said of the things of a room, and of what they lead to, whoever asks."""
    # Sessions are reached through their agents alone.
    depths = {kind: 2 if kind == "Agent" else 1 for kind, _ in ROOTS}
    fields = {kind: selection(SCHEMA.type_map[kind], depth, is_undeclared) for kind, depth in depths.items()}
    return [f"{{ {there.filled(call)} {{ __typename ... on {kind} {fields[kind]} }} }}" for kind, call in ROOTS]


@pytest.fixture
async def full(world: World) -> World:
    """With messages in a channel that lead to a direct one."""
    eve, said = world.eve, {"room": "here", "channel": "general"}
    note = (await eve.do("sendMessage", room="here", to=["bob"], body="open"))["id"]
    answer = (await eve.do("sendMessage", **said, body=f"open {note}"))["id"]
    reply = (await eve.do("sendMessage", replyTo=answer, body="open"))["id"]
    replaced = (await eve.do("sendMessage", **said, body="open"))["id"]
    await eve.do("sendMessage", room="here", to=["bob"], body="open", supersedes=replaced)
    remark = (await eve.do("addComment", on=world.here["objective"], body="open"))["id"]
    log = (await eve.see('{ events(room: "here") { nodes { id kind message { id } } } }'))["events"]["nodes"]
    events = {event["kind"]: event["id"] for event in log} | {
        event["message"]["id"]: event["id"] for event in log if event["message"]
    }
    found = {
        "answer": answer, "reply": reply, "replaced": replaced, "remark": remark,
        "said": events[answer], "whispered": events[note], "taken": events["TASK_CLAIMED"],
        "aimed": events["OBJECTIVE_CREATED"], "joined": events["AGENT_JOINED"], "asked_for": events["PROPOSAL_OPENED"],
    }  # fmt: skip
    return replace(world, here=world.here | found)


async def shared(actor: Actor, document: str) -> tuple[Any, bool]:
    """What it says for all who see what the actor sees, and whether anything asked who that is."""
    caller = SharedCaller(actor.caller.visible_rooms)
    context = Context(actor.database, actor.feed, caller)
    plan = DocumentPlans(SCHEMA, parse(document), schema.config.name_converter.from_field).of(None)
    result = await PlanRun(plan, NO_VARIABLES, context).execute()
    return timeless(result.data), caller.was_asked


async def test_what_is_not_declared_is_the_same_for_all_who_see_the_same(full: World) -> None:
    eve, seen = full.eve, set[str]()
    here = await full.database.fetchrow("select * from room where name = 'here'")
    dan = replace(eve, caller=await people.caller(full.database, "dan", Room.of(here)))
    observer = dan.as_role(Role.OBSERVER)
    assert dan.caller.visible_rooms == eve.caller.visible_rooms

    for document in documents(full):
        found = await eve.see_all(document)
        reached(found, seen)
        others = [timeless(await one.see_all(document)) for one in (dan, observer)]
        for_all, was_asked = await shared(eve, document)
        assert [timeless(found), *others] == 3 * [for_all], document
        assert not was_asked, document

    fields = {
        f"{kind.name}.{name}"
        for kind in reachable()
        for name, field in kind.fields.items()
        if is_composite_type(get_named_type(field.type)) and not dependence(kind.name, name)
    }
    missing = sorted(one for one in fields - seen if one.split(".")[0] not in ANSWERS)
    assert missing == NOT_THERE


async def test_what_is_declared_depends_on_who_asks(full: World) -> None:
    for kind, name in DECLARED:
        below = get_named_type(SCHEMA.type_map[kind].fields[name].type)  # type: ignore[attr-defined]
        fields = selection(below, 0, is_undeclared) if is_composite_type(below) else ""
        same, depends = 0, 0

        for call in (full.filled(call) for root, call in ROOTS if root == kind):
            document = f"{{ {call} {{ ... on {kind} {{ {name} {fields} }} }} }}"
            found, was_asked = await shared(full.eve, document)
            is_same = found == timeless(await full.eve.see_all(document))
            # Of the event itself only its readers are told: who they are is known without asking.
            assert was_asked or is_same or full.here["whispered"] in document, document
            same, depends = same + (is_same and not was_asked), depends + (was_asked or not is_same)

        assert depends, (kind, name)
        assert same or dependence(kind, name) is CallerDependence.ALWAYS, (kind, name)


@pytest.mark.parametrize("name", ["agent_id", "name", "kind", "role", "capabilities", "rooms", "token_id"])
def test_who_is_meant_by_all_is_told_to_nobody(name: str) -> None:
    caller = SharedCaller((1, 2))

    assert (caller.sees(1), caller.sees(3), caller.was_asked) == (True, False, False)
    with pytest.raises(AskedWho):
        getattr(caller, name)
    assert caller.was_asked
