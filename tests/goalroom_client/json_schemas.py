"""What `data` is in the answers of `gr COMMAND --json`, as JSON schemas, from what each command asks."""

import importlib
import json
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    parse,
)

from goalroom_client import documents
from resolvers.build import sdl

_SCHEMA = build_schema(sdl())
_SCALARS: dict[str, Any] = {
    "ID": {"type": "string"},
    "String": {"type": "string"},
    "Int": {"type": "integer"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "DateTime": {"type": "string"},
    "JSON": {},
}
# The document behind each command, and the way to `data` in what it answers.
_ASKED = {
    "brief": ("overviews._BRIEFING", "briefing"),
    "ready": ("overviews._READY", "readyTasks"),
    "mine": ("overviews._MINE", "briefing.tasks"),
    "tree": ("overviews._TREES", "room.objectives.nodes"),
    "tree O1": ("overviews._TREE", "objective"),
    "search": ("overviews._SEARCH", "search"),
    "digest": ("overviews._DIGEST", "room.digest"),
    "claim": ("claiming._CLAIM_NEXT", "claimNextTask"),
    "beat": ("beating._BEAT", "heartbeat"),
    "say": ("working._COMMENT", "addComment"),
    "ask": ("working._ESCALATE", "escalate"),
    "reflect": ("working._REFLECT", "reflect"),
    "plan": ("planning._PLAN", "createTasks"),
    "assign": ("planning._ASSIGN", "assignTask"),
    "goal": ("planning._GOAL", "createObjective"),
    "measure": ("planning._MEASURE", "updateKeyResult"),
    "send": ("talking._SEND", "sendMessage"),
    "inbox": ("talking._INBOX", "inbox.nodes"),
    "ack": ("waiting.ACKNOWLEDGE", "acknowledge"),
    "remember": ("talking._REMEMBER", "remember"),
    "recall": ("talking._MEMORIES", "memories"),
    "recall KEY": ("talking._RECALL", "recall"),
    "forget": ("talking._FORGET", "forget"),
    "decide": ("deciding._VOTE", "vote"),
    "propose": ("deciding._PROPOSE", "propose"),
    "decisions": ("deciding._DECISIONS", "room.proposals.nodes"),
    "log": ("watching._PAGE", "events.nodes"),
}
_LIKE = {
    **dict.fromkeys(("note", "block", "unblock", "release", "submit", "review", "cancel", "reopen", "add"), "assign"),
    "login": "whoami",
}


def document() -> dict[str, Any]:
    """All of it."""
    commands = {name: _asked(*where) for name, where in _ASKED.items()}
    commands |= {name: {"$ref": f"#/$defs/{other}"} for name, other in _LIKE.items()}
    commands["show"] = {
        "anyOf": [_of(documents.nodes([letter]), letter)["items"]["anyOf"][0] for letter in documents.NODES]
    }
    commands["show T1 T2"] = {"type": "array", "items": {"$ref": "#/$defs/show"}}
    me = _asked("access._ME", "me")
    role = {"enum": ["OBSERVER", "MEMBER", "ADMIN"]}
    commands["whoami"] = me | {"properties": me["properties"] | {"role": role}, "required": [*me["required"], "role"]}
    markdown = {"type": "object", "properties": {"markdown": {"type": "string"}}, "required": ["markdown"]}
    commands["prime"] = markdown
    commands["gql"] = {"description": "`data`, as the document asks for it", "type": "object"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The data of gr's commands with --json; of log and watch, each line is one of the items alone",
        "$defs": dict(sorted(commands.items())),
    }


def _asked(where: str, path: str) -> Any:
    module, name = where.split(".")
    return _of(vars(importlib.import_module(f"goalroom_client.commands.{module}"))[name], path)


def _of(text: str, path: str) -> Any:
    parsed = parse(text)
    fragments = {one.name.value: one for one in parsed.definitions if isinstance(one, FragmentDefinitionNode)}
    (operation,) = (one for one in parsed.definitions if isinstance(one, OperationDefinitionNode))
    root = _SCHEMA.get_root_type(operation.operation)
    assert root is not None
    found = _object(root, operation.selection_set, fragments)
    for step in path.split("."):
        found = found["properties"][step]
        found = found.get("anyOf", [found])[0]
    return found


def _object(kind: Any, selection: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    _collect(kind, kind, selection, fragments, properties, required)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _collect(
    of: Any,
    kind: Any,
    selection: SelectionSetNode,
    fragments: dict[str, FragmentDefinitionNode],
    properties: dict[str, Any],
    required: list[str],
) -> None:
    """The fields, those of fragments on a type that it need not be without being required."""
    for one in selection.selections:
        if isinstance(one, FieldNode):
            name = (one.alias or one.name).value
            schema = (
                {"type": "string"} if name == "__typename" else _type(kind.fields[one.name.value].type, one, fragments)
            )
            before = properties.get(name)
            properties[name] = (
                schema if before in (None, schema) else {"anyOf": _choices(before) + _new(before, schema)}
            )
            if of is kind and name not in required:
                required.append(name)
            continue
        fragment = fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else one
        assert isinstance(fragment, FragmentDefinitionNode | InlineFragmentNode)
        condition = fragment.type_condition
        inner = _SCHEMA.type_map[condition.name.value] if condition else kind
        _collect(of, inner, fragment.selection_set, fragments, properties, required)


def _choices(schema: Any) -> list[Any]:
    return list(schema["anyOf"]) if set(schema) == {"anyOf"} else [schema]


def _new(before: Any, schema: Any) -> list[Any]:
    return [one for one in _choices(schema) if one not in _choices(before)]


def _type(kind: GraphQLOutputType, field: FieldNode, fragments: dict[str, FragmentDefinitionNode]) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _bare(kind.of_type, field, fragments)
    return _or_null(_bare(kind, field, fragments))


def _or_null(schema: Any) -> Any:
    return {"anyOf": [*[one for one in _choices(schema) if one != {"type": "null"}], {"type": "null"}]}


def _bare(kind: Any, field: FieldNode, fragments: dict[str, FragmentDefinitionNode]) -> Any:
    if isinstance(kind, GraphQLList):
        return {"type": "array", "items": _type(kind.of_type, field, fragments)}
    if isinstance(kind, GraphQLEnumType):
        return {"enum": list(kind.values)}
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
        assert field.selection_set is not None
        return _object(kind, field.selection_set, fragments)
    return _SCALARS[kind.name]


def text() -> str:
    """The page."""
    return json.dumps(document(), indent=1) + "\n"
