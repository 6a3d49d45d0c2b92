"""The list of tools: their names, words and schemas, written by hand and as short as they can be.

Every client pays for this list in every session, before it has done anything: a test holds it under 8,000 characters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

VIEWS = (
    "ready",
    "mine",
    "waiting_on_me",
    "i_wait_for",
    "blocked",
    "stale",
    "in_review",
    "tree",
    "agents",
    "digest",
    "log",
    "inbox",
    "decisions",
    "insights",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool as clients see it."""

    name: str
    about: str
    schema: Schema
    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False
    # Clients that load tools when they need them have this one from the start.
    always_loaded: bool = False
    # Open to a token that only reads.
    for_observers: bool = False

    def shown(self) -> Schema:
        """As MCP lists it. Hints that have their default are left out, but for those whose default is the worst."""
        hints = {"openWorldHint": False, "destructiveHint": self.destructive}
        hints |= {"readOnlyHint": True} if self.read_only else {}
        hints |= {"idempotentHint": True} if self.idempotent else {}
        shown = {"name": self.name, "description": self.about, "inputSchema": _shown(self.schema), "annotations": hints}
        return shown | ({"_meta": {"anthropic/alwaysLoad": True}} if self.always_loaded else {})


def _shown(schema: Schema) -> Schema:
    """The schema as it is listed: what is checked beyond it, its descriptions say in fewer characters."""
    properties = {name: _shown_argument(one) for name, one in schema["properties"].items()}
    return {**schema, "properties": properties}


def _shown_argument(argument: Schema) -> Schema:
    kind = argument.get("type")
    shown = {"description": argument["description"]}
    if "enum" in argument:
        return {"enum": argument["enum"], **shown}
    if kind == "array":
        return {"type": kind, "items": {"type": argument["items"]["type"]}, **shown}
    # A text is what everybody takes an argument for that has no type.
    return shown if kind in {None, "string"} else {"type": kind, **shown}


def _object(properties: Mapping[str, Schema], *required: str, about: str = "") -> Schema:
    said = _said("object", about) | {"properties": dict(properties)}
    return said | ({"required": list(required)} if required else {}) | {"additionalProperties": False}


def _said(kind: str, about: str) -> Schema:
    return {"type": kind, "description": about} if about else {"type": kind}


def _text(about: str = "") -> Schema:
    return _said("string", about)


def _flag(about: str = "") -> Schema:
    return _said("boolean", about)


def _number(about: str = "") -> Schema:
    return _said("number", about)


def _whole(about: str, least: int, most: int) -> Schema:
    return _said("integer", about) | {"minimum": least, "maximum": most}


def _choice(about: str, *values: str) -> Schema:
    return _said("string", about) | {"enum": list(values)}


def _list(about: str = "", items: Schema | None = None) -> Schema:
    return _said("array", about) | {"items": items or {"type": "string"}}


# Minutes of a year.
_YEAR = MOST_QUIET = 525_600
_PRIORITIES = ("P0", "P1", "P2", "P3")
_KINDS = ("PULL_REQUEST", "COMMIT", "DEPLOY", "RELEASE", "DOCUMENT", "LINK")

_ROOM = _text("If in several")
_KEY = _text("Makes retries safe")
_TASK = _text("T42")

_CRITERION = _object({"id": _text(), "met": _flag(), "evidence": _text()}, "id", "met")
_ARTIFACT = _object({"url": _text(), "kind": _choice("", *_KINDS), "title": _text()}, "url")
_KEY_RESULT = _object({"title": _text(), "target": _number(), "start": _number(), "unit": _text()}, "title", "target")
_PLANNED = _object(
    {
        "ref": _text(),
        "title": _text(),
        "description": _text(),
        "criteria": _list(),
        "after": _list(),
        "priority": _choice("", *_PRIORITIES),
        "assignee": _text(),
        "reviewer": _text(),
        "instructions": _text(),
        "labels": _list(),
        "capabilities": _list(),
        "track": _text(),
        "resources": _list(),
    },
    "title",
)

TOOLS = (
    Tool(
        name="check_in",
        about="What waits for you: held tasks, inbox, reviews, decisions, tasks to take. Begin here, come back.",
        schema=_object(
            {
                "ack": _list("Items dealt with: I31, or all"),
                "waitSeconds": _whole("0..50: wait for an inbox item", 0, 50),
                "quietMinutes": _whole("You will be silent so long", 1, _YEAR),
                "maxTokens": _whole("Else 800", 50, 20_000),
                "room": _ROOM,
            }
        ),
        idempotent=True,
        always_loaded=True,
    ),
    Tool(
        name="claim_task",
        about="Take a task, or a review, and get all you need to begin.",
        schema=_object(
            {
                "task": _text("T42; else the best"),
                "kind": _choice("Else task", "task", "review"),
                "objective": _text("Only below O1"),
                "labels": _list("Only with all these"),
                "criteria": _list("What done means, where it says nothing"),
                "leaseMinutes": _whole("Else the room's", 1, 1_440),
                "waitSeconds": _whole("0..50: wait for one", 0, 50),
                "key": _KEY,
                "room": _ROOM,
            }
        ),
        always_loaded=True,
    ),
    Tool(
        name="update_task",
        about="Say how a task goes, so that it isn't stale, or change it.",
        schema=_object(
            {
                "task": _text("T42 or O1"),
                "progress": _text("What you did"),
                "comment": _text("Else to say"),
                "decision": _text("And why"),
                "notes": _text("Appended, for the next session"),
                "replaceNotes": _text("Instead of all"),
                "unblock": _flag("Its reason is over"),
                "keyResult": _object({"id": _text(), "current": _number()}, "id", "current", about="{id: K5, current}"),
                "priority": _choice("P0 first", *_PRIORITIES),
                "title": _text("New"),
                "description": _text("New"),
                "labels": _list("New"),
            },
            "task",
        ),
    ),
    Tool(
        name="block_task",
        about="You can't go on: wait for tasks, a reason, or people. You keep it.",
        schema=_object(
            {
                "task": _TASK,
                "on": _list("Tasks: T7"),
                "reason": _text("Until unblock"),
                "question": _text("Asks people"),
                "options": _list("To choose from"),
            },
            "task",
        ),
        idempotent=True,
    ),
    Tool(
        name="release_task",
        about="Give it back, or over, with a handoff.",
        schema=_object(
            {
                "task": _TASK,
                "done": _text("What is"),
                "pending": _text("What isn't"),
                "gotchas": _text("Traps"),
                "assignee": _text("Who goes on"),
            },
            "task",
            "done",
            "pending",
        ),
        idempotent=True,
    ),
    Tool(
        name="submit_task",
        about="Hand finished work in.",
        schema=_object(
            {
                "task": _TASK,
                "summary": _text("What came of it"),
                "criteria": _list("Each {id: Q1, met, evidence}", _CRITERION),
                "artifacts": _list("{url, kind: PULL_REQUEST, DEPLOY, ..., title}", _ARTIFACT),
                "reflection": _object(
                    {"worked": _text(), "didNotWork": _text(), "change": _text(), "tags": _list()},
                    about="{worked, didNotWork, change, tags}",
                ),
            },
            "task",
            "summary",
        ),
        idempotent=True,
    ),
    Tool(
        name="review_task",
        about="Your verdict on others' work.",
        schema=_object(
            {
                "task": _TASK,
                "verdict": _choice("DONE, or back", "approve", "changes"),
                "comment": _text("Why"),
                "rejected": _list("Criteria: Q1"),
            },
            "task",
            "verdict",
        ),
        idempotent=True,
    ),
    Tool(
        name="plan_tasks",
        about="Make tasks, all or none.",
        schema=_object(
            {
                "tasks": _list(
                    "{ref, title, description, criteria [], after [refs or ids], priority P0..P3, assignee, reviewer, "
                    "instructions, labels [], capabilities [], track, resources []}; one track: one at a time",
                    _PLANNED,
                ),
                "objective": _text("O1, or a title to find or make"),
                "keyResults": _list("{title, target, start, unit}", _KEY_RESULT),
                "parent": _text("O1 above a new objective, or T42 above the tasks"),
                "discoveredFrom": _text("T42, where they were found"),
                "key": _KEY,
                "room": _ROOM,
            },
            "tasks",
        ),
    ),
    Tool(
        name="send_message",
        about="Write to a channel or to agents; @name tells that agent.",
        schema=_object(
            {
                "to": _list("#general, or agents"),
                "body": _text("Markdown"),
                "replyTo": _text("M77"),
                "supersedes": _text("Your M77, now void"),
                "key": _KEY,
                "room": _ROOM,
            },
            "to",
            "body",
        ),
    ),
    Tool(
        name="remember",
        about="Keep a value beyond this session.",
        schema=_object(
            {
                "scope": _text("A room, O1, T42, or me"),
                "key": _text("Its name"),
                "value": {"description": "Any JSON; null forgets"},
                "ifVersion": _whole("Else refused; 0: none", 0, 2**31 - 1),
                "ttlMinutes": _whole("Then it is forgotten", 1, _YEAR),
            },
            "scope",
            "key",
            "value",
        ),
        destructive=True,
        idempotent=True,
    ),
    Tool(
        name="recall",
        about="Read what was remembered.",
        schema=_object(
            {
                "scope": _text("As in remember"),
                "key": _text("One"),
                "prefix": _text("Keys with it"),
                "search": _text("Words"),
            },
            "scope",
        ),
        read_only=True,
        for_observers=True,
    ),
    Tool(
        name="look_up",
        about="Show things: by ids, by words, or a view.",
        schema=_object(
            {
                "ids": _list("T42, O1, M77, ..."),
                "search": _text("Words"),
                "view": _choice("What to list", *VIEWS),
                "under": _text("Only below O1"),
                "maxTokens": _whole("Else 1500", 50, 20_000),
                "after": _text("Cursor: go on there"),
                "room": _ROOM,
            }
        ),
        read_only=True,
        for_observers=True,
    ),
    Tool(
        name="goalroom_graphql",
        about="All else; introspection works. Room, Agent, Objective, KeyResult, Task, Comment, Message, Memory, "
        "Proposal, Insight, Resource, Schedule, Webhook, Event.",
        schema=_object({"query": _text("Or mutation"), "variables": _said("object", "Of it")}, "query"),
        destructive=True,
        for_observers=True,
    ),
)


def listed(*, is_observer: bool) -> list[Schema]:
    """The tools of a caller, always in this order."""
    return [tool.shown() for tool in TOOLS if tool.for_observers or not is_observer]
