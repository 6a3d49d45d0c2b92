"""What a runner asks and tells the server: of items, of what an agent did, of its breaker, and how a run ended."""

from collections.abc import Iterable
from typing import Any

from goalroom_client.api import Api
from goalroom_client.failures import Failure

FOLLOW = "subscription($kinds: [InboxKind!]) { inbox(kinds: $kinds) { id kind task { id labels } } }"
_ME = "{ me { name } rooms { name } }"
_ITEMS = """
query($ids: [ID!]!) { nodes(ids: $ids) { ... on InboxItem {
  id kind acknowledgedAt task { id status assignee { name } reviewer { name } room { name } }
  message { room { name } } proposal { status } } } }
"""
_END = "query($room: ID) { briefing(room: $room) { cursor } }"
_EVENTS = """
query($room: ID, $after: String) { events(room: $room, after: $after, first: 200) {
  nodes { kind actor { name } data } pageInfo { hasNextPage endCursor } } }
"""
_BREAKER = "query($room: ID) { room(room: $room) { resources { name breaker } } }"
_DEFINE = "mutation($input: DefineResourceInput!) { defineResource(input: $input) { breaker } }"
_REPORT = "mutation($input: ReportHealthInput!) { reportHealth(input: $input) { breaker } }"
_NOTE = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"
_SAY = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
_FAILURES = 3


class RoomReports:
    """The server, as one agent."""

    def __init__(self, api: Api) -> None:
        self._api = api
        found = api.ask(_ME)
        self.agent = str(found["me"]["name"])
        rooms = [room["name"] for room in found["rooms"]]
        self.room = api.settings.room or (rooms[0] if rooms else None)
        # The runner's own words, which are nothing that the agent did.
        self._own: set[str] = set()

    def items(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        """The items as they are now."""
        try:
            found = self._api.ask(_ITEMS, ids=list(ids))["nodes"]
        except Failure as failure:
            if failure.code != "NOT_FOUND" or not failure.data:
                raise
            found = failure.data["nodes"]
        return [item for item in found if item]

    def room_of(self, items: Iterable[dict[str, Any]]) -> str | None:
        """Where the items are from."""
        places = [item["task"] or item["message"] for item in items]
        return next((str(place["room"]["name"]) for place in places if place), self.room)

    def end_of_log(self, room: str | None) -> str:
        """What comes after it is new."""
        return str(self._api.ask(_END, room=room)["briefing"]["cursor"])

    def has_acted(self, room: str | None, after: str) -> bool:
        """Whether the log shows anything that the agent did since then, but for its breaker and the runner's words."""
        more = True
        while more:
            try:
                page = self._api.ask(_EVENTS, room=room, after=after)["events"]
            except Failure as failure:
                if failure.code != "CURSOR_EXPIRED":
                    raise
                after = failure.facts["oldest"]
                continue
            for event in page["nodes"]:
                is_own = event["kind"] == "RESOURCE_CHANGED" or self._own & set(map(str, event["data"].values()))
                if event["actor"] and event["actor"]["name"] == self.agent and not is_own:
                    return True
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"] or after
        return False

    def define_breaker(self, room: str | None, cooldown: int) -> None:
        """Make the resource of this agent's runner, or set it."""
        facts = {"name": self._resource, "failureThreshold": _FAILURES, "cooldownSeconds": cooldown}
        self._api.ask(_DEFINE, input={"room": room} | facts)

    def breaker(self, room: str | None) -> str:
        """CLOSED, OPEN or HALF_OPEN."""
        found = self._api.ask(_BREAKER, room=room)["room"]["resources"]
        return next((str(one["breaker"]) for one in found if one["name"] == self._resource), "CLOSED")

    def report_health(self, room: str | None, detail: str, *, ok: bool) -> None:
        """How a run went."""
        self._api.ask(_REPORT, input={"room": room, "resource": self._resource, "ok": ok, "detail": detail})

    def note(self, room: str | None, task: str | None, text: str, key: str) -> None:
        """A note on the task, or a line in #ops where there is none."""
        if task is not None:
            made = self._api.ask(_NOTE, input={"on": task, "body": text, "idempotencyKey": key})["addComment"]
        else:
            said = {"room": room, "channel": "ops", "body": text, "idempotencyKey": key}
            made = self._api.ask(_SAY, input=said)["sendMessage"]
        self._own.add(str(made["id"]))

    @property
    def _resource(self) -> str:
        return f"runner:{self.agent}"
