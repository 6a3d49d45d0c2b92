"""How the tests ask, and what they look at."""

from datetime import UTC, datetime, timedelta
from typing import Any

from db.core.database import Database
from tests.api.schema_client import Actor

ALL = """id kind title body options quorum status outcome byDefault defaultOption closesAt decidedAt changedSinceAsked
    author { name } electorate { name } escalates { id } votes { agent { name } option note } tasks { id }"""
_TABLES = ("proposal", "proposal_voter", "vote", "proposal_task", "task", "event", "inbox_item", "comment", "message")
WAITS = "status ready assignee { name } lease { fence } waitingOn { kind reason proposal { id } }"


async def propose(actor: Actor, kind: str = "APPROVAL", title: str = "Ship it?", **more: Any) -> str:
    """The id of a new proposal."""
    made: str = (await actor.do("propose", kind=kind, title=title, **more))["id"]
    return made


async def proposal(actor: Actor, key: str, fields: str = ALL) -> Any:
    """These fields of a proposal."""
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Proposal {{ {fields} }} }} }}"
    return (await actor.see(query, id=key))["node"]


async def end_of(actor: Actor, key: str) -> tuple[str, str | None, bool]:
    """Status, outcome, and whether it was taken by default."""
    found = await proposal(actor, key, "status outcome byDefault")
    return found["status"], found["outcome"], found["byDefault"]


async def state(actor: Actor, task: str) -> tuple[str, bool, list[tuple[str, str | None]]]:
    """Status of a task, whether it is ready, and what it waits for."""
    found = await actor.task(task, WAITS)
    waits = [(wait["kind"], wait["proposal"] and wait["proposal"]["id"]) for wait in found["waitingOn"]]
    return found["status"], found["ready"], waits


async def told(actor: Actor, *, everything: bool = False) -> list[tuple[str, str | None]]:
    """Kind and proposal of what is unacknowledged in the agent's inbox, or of all, but for what was assigned to it."""
    query = "query ($new: Boolean) { inbox(unacknowledged: $new) { nodes { kind proposal { id } } } }"
    nodes = (await actor.see(query, new=not everything))["inbox"]["nodes"]
    return [(one["kind"], one["proposal"] and one["proposal"]["id"]) for one in nodes if one["kind"] != "ASSIGNED"]


async def summaries(actor: Actor, kind: str) -> list[str]:
    """What the agent was told by items of this kind."""
    query = "query ($kinds: [InboxKind!]) { inbox(unacknowledged: false, kinds: $kinds) { nodes { summary } } }"
    return [one["summary"] for one in (await actor.see(query, kinds=[kind]))["inbox"]["nodes"]]


async def decisions(actor: Actor, task: str) -> list[tuple[str | None, str]]:
    """Author and body of the DECISION comments on a task."""
    found = await actor.task(task, "comments(kinds: [DECISION]) { nodes { author { name } body } }")
    return [(one["author"] and one["author"]["name"], one["body"]) for one in found["comments"]["nodes"]]


async def log(actor: Actor, *kinds: str) -> list[tuple[str, str | None, str | None, dict[str, Any]]]:
    """Kind, actor, proposal and data of the room's events of these kinds."""
    query = """query ($kinds: [EventKind!]) { events(first: 200, kinds: $kinds) { nodes {
        kind actor { name } proposal { id } data } } }"""
    nodes = (await actor.see(query, kinds=list(kinds) or None))["events"]["nodes"]
    return [
        (one["kind"], one["actor"] and one["actor"]["name"], one["proposal"] and one["proposal"]["id"], one["data"])
        for one in nodes
    ]


def soon(seconds: float = 3600.0) -> str:
    """A time that lies ahead."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def time_is_over(database: Database, key: str) -> None:
    """Let the proposal's time be over, as if it had been opened earlier; nobody has swept yet."""
    await database.execute(
        "update proposal set closes_at = now() - interval '1 s', created_at = now() - interval '1 h' where id = $1",
        int(key[1:]),
    )


async def everything(database: Database) -> list[Any]:
    """All that a refusal must leave as it was."""
    return [await database.fetch(f"select * from {table} order by 1, 2") for table in _TABLES]  # noqa: S608  # our own
