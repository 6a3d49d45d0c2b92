"""What the members of a team were told, and whether the server kept its word."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.team import HOLDING, Agent, check_one_owner, read_log

TASKS = """query($room: ID, $after: String) { room(room: $room) { tasks(orderBy: CREATED, first: 200, after: $after,
    filter: {statuses: [TODO, DOING, BLOCKED, VALIDATING, DONE, CANCELLED]}) {
    nodes { id title status result } pageInfo { hasNextPage endCursor } } } }"""
MESSAGES = """query($room: ID, $after: String) { room(room: $room) { messages(first: 200, after: $after) {
    nodes { id body } pageInfo { hasNextPage endCursor } } } }"""
INBOX = """query($after: String) { inbox(unacknowledged: false, kinds: [MENTION], first: 200, after: $after) {
    nodes { id message { id } } pageInfo { hasNextPage endCursor } } }"""


@dataclass
class History:
    """Answers only. What was sent and not answered may have happened or not, and is asked for again by its key."""

    room: str
    created: dict[str, str] = field(default_factory=dict)
    claims: list[tuple[str, str, int]] = field(default_factory=list)
    completed: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    followed: dict[str, list[str]] = field(default_factory=dict)

    def summary(self) -> str:
        return (
            f"{len(self.created)} tasks created, {len(self.claims)} claims, {len(self.completed)} completed, "
            f"{len(self.messages)} messages, {sum(map(len, self.followed.values()))} events followed, "
            f"refused: {dict(self.refusals)}"
        )


async def pages(agent: Agent, document: str, *path: str, **variables: object) -> list[dict[str, Any]]:
    """All nodes of a connection."""
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        page: Any = await agent.ask(document, **variables, after=after)
        for name in path:
            page = page[name]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


async def check(history: History, admin: Agent, mentioned: Agent, begin: str) -> None:
    """Everything that was answered holds; nothing happened twice; nothing is missing from what was followed."""
    tasks = {task["id"]: task for task in await pages(admin, TASKS, "room", "tasks", room=history.room)}
    _check_tasks(history, tasks)
    _check_claims(history)
    log = await read_log(admin, history.room)
    check_one_owner([event for event in log if event["kind"] in HOLDING])
    messages = await pages(admin, MESSAGES, "room", "messages", room=history.room)
    _check_messages(history, messages)
    items = await pages(mentioned, INBOX, "inbox")
    told = Counter(item["message"]["id"] for item in items)
    assert told == Counter(history.messages.values()), "each message tells whom it mentions once"
    cursors = [event["cursor"] for event in log]
    _check_followed(history, cursors[cursors.index(begin) + 1 :])


def _check_tasks(history: History, tasks: Mapping[str, Mapping[str, Any]]) -> None:
    titles = {task["title"]: name for name, task in tasks.items()}
    assert titles == history.created, "each task that was asked for is there"
    assert len(tasks) == len(titles), "and is there once"
    for task, result in history.completed.items():
        assert (tasks[task]["status"], tasks[task]["result"]) == ("DONE", result), task
    assert [task for task in tasks.values() if task["status"] != "DONE"] == [], "no task is lost"


def _check_claims(history: History) -> None:
    fences = Counter((task, fence) for _, task, fence in history.claims)
    assert [claim for claim, times in fences.items() if times > 1] == [], "no claim is given to two"


def _check_messages(history: History, messages: Sequence[Mapping[str, Any]]) -> None:
    said = {message["body"]: message["id"] for message in messages if message["body"] in history.messages}
    assert said == history.messages
    bodies = Counter(message["body"] for message in messages)
    assert [body for body in history.messages if bodies[body] != 1] == [], "each message is there once"


def _check_followed(history: History, log: Sequence[str]) -> None:
    for follower, cursors in history.followed.items():
        assert cursors == list(log), f"{follower} saw every event once, in order"
