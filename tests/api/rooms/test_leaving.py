"""Who leaves a room, or loses its last token, holds nothing there any more."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import pytest

from db.core.callers import Caller, authenticate
from db.core.database import Database
from db.core.errors import NotFound
from db.core.records import Room, Task
from db.events.feed import Feed
from db.tasks import assignment, leaving, task_create
from db.tasks.task_create import NewTask
from tests import people
from tests.api.schema_client import Actor
from tests.invariants import check_what_is_stored

LOOSE: dict[str, Any] = {"require_done_criteria": False, "require_handoff": False}
SHOWN = "status assignee { name } reviewer { name } lease { fence } waitingOn { reason }"


@dataclass
class Team:
    """Bob and Ann work in the room that is left and in another; `tasks` are Bob's there, by what he does with them."""

    database: Database
    root: Actor
    bob: Actor
    ann: Actor
    room: Room
    tasks: dict[str, str]

    async def seen(self) -> dict[str, dict[str, Any]]:
        return {name: await self.ann.task(task, SHOWN) for name, task in self.tasks.items()}

    async def left_behind(self) -> list[tuple[str, str | None, dict[str, Any]]]:
        """Kind, task by name, and data of what the log tells of what goes back."""
        names = {int(task[1:]): name for name, task in self.tasks.items()}
        rows = await self.database.fetch(
            "select kind, task_id, data from event where room_id = $1 and kind in ('TASK_RELEASED', 'TASK_ASSIGNED')"
            " order by seq",
            self.room.id,
        )
        return [(row["kind"], names.get(row["task_id"]), row["data"]) for row in rows]


@pytest.fixture
async def team(database: Database) -> AsyncGenerator[Team]:
    room, other = await people.room(database, "shop", **LOOSE), await people.room(database, "other", **LOOSE)
    feed = Feed(database)

    def actor(caller: Caller) -> Actor:
        return Actor(database, caller, feed)

    root = actor(await people.admin(database))
    bob, ann = [actor(await people.caller(database, name, room, other)) for name in ("bob", "ann")]
    await root.do("defineResource", room="shop", name="till", capacity=1)
    tasks = {
        "held": await ann.make("Held", room="shop", resources=["till"]),
        "blocked": await ann.make("Blocked", room="shop"),
        "assigned": await ann.make("Assigned", room="shop", assignee="bob"),
        "submitted": await ann.make("Submitted", room="shop"),
        "reviewed": await ann.make("Reviewed", room="shop", reviewer="bob"),
        "done": await ann.make("Done", room="shop"),
        "of others": await ann.make("Of others", room="shop", assignee="ann"),
    }
    for name in ("held", "blocked", "submitted", "done"):
        await bob.claim(tasks[name])
    await bob.do("blockTask", task=tasks["blocked"], reason="The key is lost.")
    for name in ("submitted", "done"):
        await bob.do("submitTask", task=tasks[name], summary="Made.")
    await ann.do("reviewTask", task=tasks["done"], verdict="APPROVED")
    await ann.claim(tasks["reviewed"])
    await ann.do("submitTask", task=tasks["reviewed"], summary="Made.")
    elsewhere = await ann.make("Elsewhere", room="other")
    await bob.claim(elsewhere)
    yield Team(database, root, bob, ann, room, tasks)
    assert await database.fetchval("select assignee_id from task where title = 'Done'") == bob.caller.agent_id
    await check_what_is_stored(database, room.id)


NOBODYS: dict[str, Any] = {"status": "TODO", "assignee": None, "reviewer": None, "lease": None, "waitingOn": []}
GIVEN_BACK = {
    "held": NOBODYS,
    "blocked": NOBODYS,
    "assigned": NOBODYS,
    "submitted": NOBODYS | {"status": "VALIDATING"},
    "reviewed": NOBODYS | {"status": "VALIDATING", "assignee": {"name": "ann"}},
    "done": NOBODYS | {"status": "DONE", "assignee": {"name": "bob"}, "reviewer": {"name": "ann"}},
    "of others": NOBODYS | {"assignee": {"name": "ann"}},
}
TOLD = [
    *(("TASK_RELEASED", name, {"reason": "left"}) for name in ("held", "blocked", "assigned", "submitted")),
    ("TASK_ASSIGNED", "reviewed", {"assignee": "ann", "reviewer": None}),
]


async def test_what_an_agent_has_in_a_room_goes_back_when_it_leaves(team: Team) -> None:
    changed = await team.root.do("updateAgent", "rooms { name }", agent="bob", rooms=["other"])

    assert changed == {"rooms": [{"name": "other"}]}
    assert await team.seen() == GIVEN_BACK
    assert await team.left_behind() == TOLD
    till = await team.root.see('{ room(room: "shop") { resources { inUse } } }')
    assert till == {"room": {"resources": [{"inUse": 0}]}}
    # What it has elsewhere stays, and nothing of the room can be renewed from there.
    elsewhere = await team.database.fetchrow("select id, assignee_id from task where title = 'Elsewhere'")
    assert elsewhere["assignee_id"] == team.bob.caller.agent_id
    bob = replace(team.bob, caller=replace(team.bob.caller, rooms=team.bob.caller.rooms - {team.room.id}))
    pulse = await bob.do("heartbeat", "leases { task { id } } lost { id } stale { id }")
    assert pulse == {"leases": [{"task": {"id": f"T{elsewhere['id']}"}}], "lost": [], "stale": []}
    refused = await bob.refused("renewLease", task=team.tasks["held"])
    assert refused == {"code": "NOT_FOUND", "id": team.tasks["held"]}


async def test_what_was_handed_in_is_decided_without_its_author(team: Team) -> None:
    await team.root.do("updateAgent", agent="bob", rooms=["other"])

    sent_back = await team.ann.do(
        "reviewTask", SHOWN, task=team.tasks["submitted"], verdict="CHANGES_REQUESTED", comment="More."
    )
    claimed = await team.ann.do("claimTask", "task { assignee { name } }", task=team.tasks["submitted"])

    assert sent_back == NOBODYS | {"reviewer": {"name": "ann"}}
    assert claimed == {"task": {"assignee": {"name": "ann"}}}


async def test_what_an_agent_has_goes_back_with_its_last_token_alone(team: Team) -> None:
    other = (await team.bob.do("createToken", "token"))["token"]
    before = await team.seen()

    assert await team.bob.do("revokeTokens", token=other) == 1
    assert await team.seen() == before
    assert await team.bob.do("revokeTokens") == 1

    assert await team.seen() == GIVEN_BACK
    assert await team.left_behind() == TOLD
    held = await team.database.fetchval(
        "select count(*) from task where assignee_id = $1 and status <> 'DONE'", team.bob.caller.agent_id
    )
    assert held == 0


async def test_what_an_agent_has_goes_back_when_its_last_token_ends(team: Team) -> None:
    await team.database.execute(
        "update token set expires_at = now() + interval '1 hour' where agent_id = $1", team.bob.caller.agent_id
    )
    before = await team.seen()
    early = await leaving.close_expired_tokens(team.database)
    assert (early, await team.seen()) == (0, before)

    await team.database.execute("update token set expires_at = now() where expires_at is not null")
    closed = [await leaving.close_expired_tokens(team.database) for _ in range(2)]

    assert closed == [1, 0]
    assert await team.seen() == GIVEN_BACK
    assert await team.left_behind() == TOLD


@pytest.mark.parametrize("end", ["the room", "the last token"])
async def test_a_claim_that_was_on_its_way_while_its_agent_left_is_released(team: Team, end: str) -> None:
    if end == "the room":
        await team.root.do("updateAgent", agent="bob", rooms=["other"])
    else:
        await team.bob.do("revokeTokens")
    # As the caller was when the request came.
    await team.bob.claim(team.tasks["held"])
    elsewhere = "select assignee_id from task where title = 'Elsewhere'"
    kept = await team.database.fetchval(elsewhere)

    released = [await leaving.release_late_claims(team.database) for _ in range(2)]

    assert (released, (await team.seen())["held"]) == ([1, 0], NOBODYS)
    assert (await team.left_behind())[-1] == ("TASK_RELEASED", "held", {"reason": "left"})
    assert await team.database.fetchval(elsewhere) == kept


@pytest.mark.parametrize("naming", ["assignee", "reviewer", "new"])
async def test_who_is_named_while_leaving_has_nothing(team: Team, naming: str) -> None:
    database, ann = team.database, team.ann.caller
    ends: Counter[str] = Counter()
    for n in range(60):
        if n >= 12 and len(ends) > 1:
            break
        task = await team.ann.make(f"Named {n}", room="shop")
        if naming == "new":
            name = task_create.create(database, ann, NewTask(title=task, room="shop", assignee="bob"), None)
        else:
            name = assignment.assign(database, ann, task, {naming: "bob"}, None)  # type: ignore[misc]
        # The begin of one falls on each moment of the other, and each comes first in turn.
        early, late = 0, n // 2 % 16 / 2
        leave = _after(late if n % 2 else early, team.root.do("updateAgent", agent="bob", rooms=["other"]))
        name = _after(early if n % 2 else late, name)
        left, named = await _both(leave, name)

        assert left == {"id": f"A{team.bob.caller.agent_id}"}
        assert isinstance(named, Task | NotFound), named
        ends[type(named).__name__] += 1
        has = "select id from task where room_id = $1 and $2 in (assignee_id, reviewer_id) and status <> 'DONE'"
        assert await database.fetch(has, team.room.id, team.bob.caller.agent_id) == []
        await team.root.do("updateAgent", agent="bob", rooms=["shop", "other"])
    assert len(ends) == 2, ends


async def _both(*acts: Coroutine[Any, Any, Any]) -> list[Any]:
    return list(await asyncio.gather(*acts, return_exceptions=True))


async def _after(milliseconds: float, act: Coroutine[Any, Any, Any]) -> Any:
    await asyncio.sleep(milliseconds / 1000)
    return await act


@pytest.mark.parametrize("naming", ["assignee", "reviewer"])
async def test_who_is_named_without_a_token_has_nothing_soon(team: Team, naming: str) -> None:
    await team.bob.do("revokeTokens")
    task = await team.ann.make("Named", room="shop", **{naming: "bob"})
    await team.root.do("updateAgent", agent="bob", rooms=["other"])
    late = await team.ann.make("Late", room="other", **{naming: "bob"})

    released = [await leaving.release_late_claims(team.database) for _ in range(2)]

    assert released == [1, 0]
    for one in (task, late):
        assert await team.ann.task(one, SHOWN) == NOBODYS


async def test_a_review_that_was_on_its_way_while_its_agent_left_is_released(team: Team) -> None:
    await team.root.do("updateAgent", agent="bob", rooms=["other"])
    await team.database.execute(
        "update task set reviewer_id = $1, review_taken_at = now(), reviewer_volunteered = true where id = $2",
        team.bob.caller.agent_id,
        int(team.tasks["reviewed"][1:]),
    )

    released = [await leaving.release_late_claims(team.database) for _ in range(2)]

    assert released == [1, 0]
    assert await team.seen() == GIVEN_BACK


async def test_what_an_admin_holds_where_it_is_no_member_stays(team: Team) -> None:
    await team.database.execute("delete from room_member where agent_id = $1", team.root.caller.agent_id)
    await team.root.claim(await team.ann.make(room="shop"))

    assert await leaving.release_late_claims(team.database) == 0


@dataclass
class Family:
    """Bob's subagent is made for a task of his and has one for a task of its own; each holds a task."""

    bob: Actor
    kid: Actor
    tasks: dict[str, str]

    async def alive(self) -> list[str]:
        """Who has a token, of them all."""
        rows = await self.bob.database.fetch(
            "select distinct name from token join agent on agent.id = agent_id where revoked_at is null order by 1"
        )
        return [row["name"] for row in rows if row["name"] not in {"ann", "root"}]

    async def holders(self) -> dict[str, str | None]:
        rows = await self.bob.database.fetch("select title, name from task left join agent on agent.id = assignee_id")
        return {row["title"]: row["name"] for row in rows if row["title"] in self.tasks}


@pytest.fixture
async def family(database: Database) -> Family:
    room, feed = await people.room(database, "shop", **LOOSE, require_review=False), Feed(database)
    bob = Actor(database, await people.caller(database, "bob", room), feed)
    tasks = {"bobs": await bob.make("bobs"), "kids": await bob.make("kids"), "pups": await bob.make("pups")}
    await bob.claim(tasks["bobs"])
    made = await bob.do("registerAgent", "token", name="kid", spawnedFor=tasks["bobs"])
    kid = replace(bob, caller=await authenticate(database, made["token"]))
    await kid.claim(tasks["kids"])
    made = await kid.do("registerAgent", "token", name="pup", spawnedFor=tasks["kids"])
    await replace(bob, caller=await authenticate(database, made["token"])).claim(tasks["pups"])
    assert await database.fetchval("select count(*) from token") == 4
    return Family(bob, kid, tasks)


@pytest.mark.parametrize("end", ["completeTask", "cancelTask"])
async def test_tokens_of_subagents_end_with_the_task_that_they_were_made_for(family: Family, end: str) -> None:
    sent = {"completeTask": {"summary": "Done."}, "cancelTask": {"reason": "No more."}}[end]

    await family.kid.do(end, task=family.tasks["kids"], **sent)
    between = await family.alive(), await family.holders()
    await family.bob.do(end, task=family.tasks["bobs"], **sent)

    assert between == (["bob", "kid"], {"bobs": "bob", "kids": "kid", "pups": None})
    assert (await family.alive(), (await family.holders())["pups"]) == (["bob"], None)


async def test_tokens_of_subagents_end_with_the_objective_that_is_cancelled(family: Family) -> None:
    goal = (await family.bob.do("createObjective", title="Goal"))["id"]
    for name in ("bobs", "kids"):
        await family.bob.do("updateTask", id=family.tasks[name], objective=goal)

    await family.bob.do("updateObjective", id=goal, status="CANCELLED")

    assert (await family.alive(), (await family.holders())["pups"]) == (["bob"], None)


async def test_tokens_of_subagents_end_when_all_of_their_parent_are_revoked(family: Family) -> None:
    token = (await family.bob.do("createToken", "token"))["token"]
    await family.bob.do("revokeTokens", token=token)
    one = await family.alive()

    await family.bob.do("revokeTokens")

    assert (one, await family.alive()) == (["bob", "kid", "pup"], [])
    assert await family.holders() == {"bobs": None, "kids": None, "pups": None}
