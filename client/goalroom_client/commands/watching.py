"""The log and news, as lines of JSON, without a gap."""

import json
from collections.abc import Iterator
from typing import Any

from goalroom_client import documents
from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.commands.waiting import FOLLOW_INBOX, wait_argument
from goalroom_client.failures import DONE, NOTHING
from goalroom_client.input_texts import ids

_PAGE = (
    """
query($room: ID, $after: String, $kinds: [EventKind!], $first: Int) {
  events(room: $room, after: $after, kinds: $kinds, first: $first) {
    nodes { ...EventFields } pageInfo { hasNextPage endCursor }
  }
}
"""
    + documents.EVENT
)
_FOLLOW = (
    """
subscription($room: ID, $after: String, $kinds: [EventKind!]) {
  events(room: $room, after: $after, kinds: $kinds) { ...EventFields }
}
"""
    + documents.EVENT
)
_END = "query($room: ID) { briefing(room: $room) { cursor } }"
_ROOM_OF = "query($id: ID!) { node(id: $id) { ... on Task { room { id } } ... on Objective { room { id } } } }"
_PAGE_SIZE = 200


def log(call: Call) -> Answer | None:
    options = call.options
    kinds = ids(options.kind) or None
    after = options.after
    if options.follow:
        after = after or _end(call, call.room)
        for event in _followed(call, room=call.room, after=after, kinds=kinds):
            call.line(_json(event))
        return None
    more = True
    while more:
        found = call.ask(_PAGE, room=call.room, after=after, kinds=kinds, first=_PAGE_SIZE)["events"]
        for event in found["nodes"]:
            call.line(_json(event))
        more, after = found["pageInfo"]["hasNextPage"], found["pageInfo"]["endCursor"]
    return None


def watch(call: Call) -> Answer:
    options = call.options
    news = _inbox(call) if options.what == "inbox" else _about(call, options.what)
    for one in news:
        call.line(_json(one))
        if not options.follow:
            return Answer(None, "", DONE)
    return Answer(None, "", NOTHING)


def _inbox(call: Call) -> Iterator[dict[str, Any]]:
    """Each unacknowledged item once, though a connection that is opened again begins with all of them."""
    from goalroom_client.event_stream import follow

    told: set[str] = set()
    for item in follow(call.api, FOLLOW_INBOX, seconds=call.options.wait):
        if item["id"] not in told:
            told.add(item["id"])
            yield item


def _about(call: Call, wanted: str) -> Iterator[dict[str, Any]]:
    """The events of this task or objective from now on."""
    found = call.ask(_ROOM_OF, id=wanted)["node"]
    room = found["room"]["id"] if found and "room" in found else call.room
    for event in _followed(call, room=room, after=_end(call, room), seconds=call.options.wait):
        if any(event[part] and event[part]["id"] == wanted.upper() for part in ("task", "objective")):
            yield event


def _followed(call: Call, *, seconds: float | None = None, **variables: Any) -> Iterator[dict[str, Any]]:
    from goalroom_client.event_stream import follow

    return follow(call.api, _FOLLOW, seconds=seconds, **variables)


def _end(call: Call, room: str | None) -> str:
    """Where the log stands: what follows is news, also where the first connection is cut off before any came."""
    return str(call.ask(_END, room=room)["briefing"]["cursor"])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


COMMANDS = {
    "log": Command(
        log,
        (
            arg("-f", "--follow", action="store_true", help="goes on with what happens"),
            arg("--after", metavar="CURSOR", help="from here; else from the beginning, with -f from now"),
            arg("--kind", action="append", default=[], metavar="KINDS", help="only these kinds of events"),
        ),
        "One event a line, as JSON; none is left out or comes twice, whatever happens to the connection or the server",
    ),
    "watch": Command(
        watch,
        (
            arg("what", metavar="inbox|T42", help="your inbox, or a task or objective"),
            arg("--follow", action="store_true", help="goes on; else it ends with the first news"),
            wait_argument("at most"),
        ),
        "One inbox item or event a line, as JSON",
    ),
}
