"""For every list of the schema, a query that nests it in itself as often as it may, made up from the SDL."""

from collections import deque
from collections.abc import Iterator
from functools import cache

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
    parse,
)

from goalroom.execution.query_cost import Pricing
from goalroom.limits import DEFAULTS
from tests.e2e.team import Agent

# A page of so many: with larger ones, fewer fit into one another.
_FIRST = 3

# Of each thing that a list may hold.
_MANY = 60
_ROOM = "lists"
# What stands for arguments that must be there, by their types.
_REQUIRED = {"ID!": '"T1"', "[ID!]!": '["T1", "T1", "T1"]', "String!": '"task"'}

Path = tuple[str, ...]


async def many_of_everything(admin: Agent, agent: Agent) -> dict[str, str]:
    """A room with a task, an objective and an agent whose lists are long; how a query begins, by what it answers."""

    async def make(field: str, **given: object) -> str:
        kind = field[0].upper() + field[1:] + "Input!"
        made = await admin.ask(f"mutation ($input: {kind}) {{ {field}(input: $input) {{ id }} }}", input=given)
        return str(made[field]["id"])

    resources = [f"resource-{n}" for n in range(_MANY)]
    for name in resources:
        await make("defineResource", room=_ROOM, name=name)
    for n in range(_MANY):
        await admin.ask(
            "mutation ($input: CreateChannelInput!) { createChannel(input: $input) { name } }",
            input={"room": _ROOM, "name": f"channel-{n}"},
        )
    key_results = [{"title": f"Result {n}", "target": 1} for n in range(_MANY)]
    objective = await make("createObjective", room=_ROOM, title="All", keyResults=key_results)
    for n in range(_MANY):
        await make("createObjective", room=_ROOM, title=f"Part {n}", parent=objective)
    first = await make("createTask", room=_ROOM, title="First", objective=objective)
    blockers = [await make("createTask", room=_ROOM, title=f"Blocker {n}", objective=objective) for n in range(_MANY)]
    me = (await agent.ask("{ me { id } }"))["me"]["id"]
    needs = {"dependsOn": blockers, "resources": resources, "assignee": me}
    criteria = [f"Criterion {n}" for n in range(_MANY)]
    task = await make("createTask", room=_ROOM, title="All", objective=objective, criteria=criteria, **needs)
    for n in range(_MANY):
        await make("createTask", room=_ROOM, title=f"Part {n}", parent=task, assignee=me)
        await make("createTask", room=_ROOM, title=f"Dependent {n}", dependsOn=[task])
        await make("addComment", on=task, body=f"Comment {n}")
    message = await make("sendMessage", room=_ROOM, channel="channel-0", body=f"See {first}")
    for n in range(_MANY):
        await make("sendMessage", replyTo=message, body=f"Reply {n}: {' '.join(blockers)}")
        await agent.ask(
            "mutation ($name: String!) { heartbeat(input: {session: $name}) { leases { fence } } }", name=f"{n}"
        )
    return {
        "Query": "",
        "Room": f'{{ room(room: "{_ROOM}")',
        "Task": f'{{ task(id: "{task}")',
        "Objective": f'{{ objective(id: "{objective}")',
        "Message": f'{{ node(id: "{message}") {{ ... on Message',
        "Agent": "{ me",
        "Briefing": f'{{ briefing(room: "{_ROOM}")',
        "Pulse": 'mutation { heartbeat(input: {session: "0"})',
    }


def list_fields(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Type and field of each list of objects; connections stand for their lists."""
    for parent in _objects(schema):
        for name, field in parent.fields.items():
            if is_composite_type(get_named_type(field.type)) and _is_long(field):
                yield parent.name, name


def attack_on(schema: GraphQLSchema, parent: str, field: str, roots: dict[str, str]) -> str:
    """The largest query that is let in: to the list, and from what it holds to it again, and again.

    `roots` are how it may begin, by the type that is answered. LookupError where nothing leads to the list.
    """
    begin = min(
        ((root, way) for kind, root in roots.items() if (way := _way(schema, kind, parent)) is not None),
        key=lambda found: len(found[1]),
        default=None,
    )
    if begin is None:
        raise LookupError(f"nothing leads to {parent}")
    root, to_it = begin
    of_list = _written(_object(schema, parent).fields[field], field)
    steps = [root, *to_it, *of_list]
    again = _way(schema, _item(schema, _object(schema, parent).fields[field]), parent, fewest=1)
    best = _nested(steps)
    while again is not None:
        steps = [*steps, *again, *of_list]
        document = _nested(steps)
        if len(steps) >= DEFAULTS.depth - 1 or _cost(schema, document) > DEFAULTS.cost:
            break
        best = document
    return best


def _nested(steps: list[str]) -> str:
    document = " { ".join(steps) + " { __typename"
    return document + " }" * (document.count("{") - document.count("}"))


def _cost(schema: GraphQLSchema, document: str) -> int:
    [operation] = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return Pricing(schema).of(operation, {}, {}).total


def _is_long(field: GraphQLField) -> bool:
    return is_list_type(get_nullable_type(field.type)) or get_named_type(field.type).name.endswith("Connection")


def _objects(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    return [
        one
        for one in schema.type_map.values()
        if isinstance(one, GraphQLObjectType)
        and not one.name.startswith("__")
        and not one.name.endswith(("Connection", "Edge"))
        and one not in (schema.mutation_type, schema.subscription_type)
    ]


def _object(schema: GraphQLSchema, name: str) -> GraphQLObjectType | GraphQLInterfaceType:
    found = schema.type_map[name]
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    return found


def _written(field: GraphQLField, name: str) -> list[str]:
    """A field as it is asked for, and what stands between it and its items."""
    arguments = {key: _REQUIRED[str(one.type)] for key, one in field.args.items() if is_required_argument(one)}
    arguments |= {"first": str(_FIRST)} if "first" in field.args else {}
    page = f"{name}({', '.join(f'{key}: {value}' for key, value in arguments.items())})" if arguments else name
    return [page, "nodes"] if get_named_type(field.type).name.endswith("Connection") else [page]


def _item(schema: GraphQLSchema, field: GraphQLField) -> str:
    held = get_named_type(field.type)
    nodes = _object(schema, held.name).fields.get("nodes") if held.name.endswith("Connection") else None
    return get_named_type(nodes.type if nodes else held).name


@cache
def _way(schema: GraphQLSchema, begin: str, end: str, fewest: int = 0) -> Path | None:
    """The shortest way by fields from one type to another, of so many steps at least."""
    ways: dict[str, Path] = {begin: ()}
    ahead: deque[tuple[str, Path]] = deque([(begin, ())])
    while ahead:
        name, way = ahead.popleft()
        if name == end and len(way) >= fewest:
            return way
        for kind, step in _steps(schema, name):
            if kind not in ways or (kind == end and fewest):
                ways[kind] = (*way, *step)
                ahead.append((kind, ways[kind]))
    return None


def _steps(schema: GraphQLSchema, name: str) -> Iterator[tuple[str, list[str]]]:
    found = schema.type_map[name]
    if isinstance(found, GraphQLInterfaceType):
        for one in schema.get_possible_types(found):
            yield one.name, [f"... on {one.name}"]
        return
    assert isinstance(found, GraphQLObjectType)
    # What is one leads on everywhere; of a list the first item may lead nowhere.
    for field_name, field in sorted(found.fields.items(), key=lambda pair: _is_long(pair[1])):
        if is_composite_type(get_named_type(field.type)) and not any(map(is_required_argument, field.args.values())):
            yield _item(schema, field), _written(field, field_name)
