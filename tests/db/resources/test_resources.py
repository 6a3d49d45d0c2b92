"""Resources: no more hold them at once than may, none while they fail, and those who wait are told."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from db.conversation.comments import NewHandoff
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import BreakerState, TaskStatus, WaitKind
from db.core.errors import BadInput, NotFound, NotReady, Refused
from db.core.records import Resource, Room, Task
from db.events.feed import Feed
from db.resources import resources
from db.rooms import rooms
from db.tasks import (
    assignment,
    claim_next,
    claims,
    lease_expiry,
    submissions,
    task_cancel,
    task_lists,
    task_progress,
    task_update,
    waits,
)
from db.tasks.claim_next import ClaimRequest
from db.tasks.submissions import Submission
from tests.clock import advance
from tests.factories import World
from tests.invariants import check_what_is_stored
from tests.patience import PATIENCE_S
from tests.size import sized

DONE = Submission(summary="Done")
CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


def t(task: Task) -> str:
    return f"T{task.id}"


@dataclass
class Shop:
    """A room with two members, and what they share."""

    database: Database
    world: World
    room: Room
    ann: Caller
    bob: Caller

    async def define(self, name: str, capacity: int | None = None, threshold: int = 2, cooldown: int = 60) -> Resource:
        return await resources.define(
            self.database,
            self.ann,
            room=None,
            name=name,
            capacity={"capacity": capacity},
            failure_threshold=threshold,
            cooldown_seconds=cooldown,
        )

    async def report(self, name: str, *, ok: bool, detail: str | None = None) -> Resource:
        return await resources.report(self.database, self.bob, room=None, resource=name, ok=ok, detail=detail)

    async def task(self, *needed: str, **new: Any) -> Task:
        return await self.world.task(self.room, resources=needed, **new)

    async def next(self, caller: Caller, most: int = 1) -> list[int]:
        claimed, _nothing = await claim_next.claim_next(
            self.database, Feed(self.database), caller, ClaimRequest(), most=most, cancelled=asyncio.Event()
        )
        return [task.id for task in claimed]

    async def now(self, name: str) -> Resource:
        return Resource.of((await self.database.fetch("select * from resource where name = $1", name))[0])

    async def in_use(self, name: str) -> int:
        await check_what_is_stored(self.database, self.room.id)
        return (await self.now(name)).in_use

    async def kinds(self, task: Task) -> list[str]:
        rows = await self.database.fetch("select kind from event where task_id = $1 order by seq", task.id)
        return [row["kind"] for row in rows]

    async def told(self, caller: Caller) -> list[str]:
        statement = "select summary from inbox_item where agent_id = $1 order by id"
        rows = await self.database.fetch(statement, caller.agent_id)
        return [row["summary"] for row in rows]


@pytest.fixture
async def shop(database: Database, world: World) -> Shop:
    room = await world.room("shop")
    return Shop(database, world, room, *[await world.agent(name, rooms=[room]) for name in ("ann", "bob")])


async def test_no_more_hold_it_than_may(shop: Shop) -> None:
    await shop.define("repo", capacity=2)
    first, second, third = [await shop.task("repo") for _ in range(3)]
    free = await shop.task(priority=3)

    assert await shop.next(shop.ann) == [first.id]
    assert await shop.next(shop.bob) == [second.id]
    assert await shop.in_use("repo") == 2
    assert await shop.next(shop.ann) == [free.id]
    assert await shop.next(shop.ann) == []
    with pytest.raises(NotReady) as refused:
        await claims.claim(shop.database, shop.ann, t(third))
    assert refused.value.waiting_on == [
        {"kind": "RESOURCE", "reason": "the resource repo can't be had: 2 of 2 are in use", "task": None}
    ]
    await submissions.complete(shop.database, shop.bob, t(second), DONE)
    assert await shop.in_use("repo") == 1
    assert await shop.next(shop.bob) == [third.id]


async def test_what_waits_for_a_resource_says_so_and_is_not_ready(shop: Shop) -> None:
    await shop.define("repo", capacity=1)
    held, waiting = await shop.task("repo"), await shop.task("repo")
    await claims.claim(shop.database, shop.ann, t(held))

    found = (await waits.waits_of(shop.database, [waiting]))[waiting.id]

    assert [(wait.kind, wait.resource_id) for wait in found] == [(WaitKind.RESOURCE, (await shop.now("repo")).id)]
    assert await task_lists.offered(shop.database, shop.bob, None, 10) == []
    _claimed, nothing = await claim_next.claim_next(
        shop.database, Feed(shop.database), shop.bob, ClaimRequest(), cancelled=asyncio.Event()
    )
    assert nothing is not None
    assert (nothing.todo, nothing.waiting) == (1, 1)


@pytest.mark.parametrize("end", ["complete", "release", "block", "cancel", "assign", "expire", "submit"])
async def test_whatever_ends_the_work_frees_what_it_held(shop: Shop, end: str) -> None:
    await shop.define("repo", capacity=1)
    held, waiting = await shop.task("repo"), await shop.task("repo", assignee="bob")
    await claims.claim(shop.database, shop.ann, t(held))
    match end:
        case "complete":
            await submissions.complete(shop.database, shop.ann, t(held), DONE)
        case "submit":
            await submissions.submit(shop.database, shop.ann, t(held), DONE)
        case "release":
            await task_progress.release(shop.database, shop.ann, t(held), handoff=NewHandoff("a", "b"))
        case "block":
            await task_progress.block(shop.database, shop.ann, t(held), reason="Stuck")
        case "cancel":
            await task_cancel.cancel(shop.database, shop.ann, t(held), "No need")
        case "assign":
            await assignment.assign(shop.database, shop.ann, t(held), {"assignee": "bob"}, None)
        case _:
            await shop.database.execute("update task set lease_expires_at = now() where id = $1", held.id)
            await lease_expiry.reclaim_expired(shop.database)

    assert await shop.in_use("repo") == 0
    if end in ("release", "assign", "expire"):
        # The freed one is older, and would be claimed first.
        assert "TASK_UNBLOCKED" in await shop.kinds(held)
    else:
        assert (await shop.kinds(waiting))[-1] == "TASK_UNBLOCKED"
        assert (await shop.told(shop.bob))[-1] == f"repo is free: {t(waiting)} '{waiting.title}' is clear to go on."


async def test_several_are_taken_together_or_not_at_all(shop: Shop) -> None:
    await shop.define("repo", capacity=1)
    await shop.define("device", capacity=1)
    both, device = await shop.task("repo", "device"), await shop.task("device", priority=0)
    await claims.claim(shop.database, shop.ann, t(device))

    assert await shop.next(shop.bob) == []
    assert await shop.in_use("repo") == 0
    await task_progress.release(shop.database, shop.ann, t(device), handoff=None)
    await task_cancel.cancel(shop.database, shop.ann, t(device), "No need")

    assert await shop.next(shop.bob) == [both.id]
    assert [await shop.in_use(name) for name in ("repo", "device")] == [1, 1]


async def test_many_are_claimed_at_once_as_far_as_the_resource_goes(shop: Shop) -> None:
    await shop.define("repo", capacity=2)
    first = await shop.task(priority=0)
    needing = [await shop.task("repo", priority=1) for _ in range(3)]
    last = await shop.task(priority=2)

    assert await shop.next(shop.ann, most=10) == [first.id, needing[0].id, needing[1].id, last.id]
    assert await shop.in_use("repo") == 2


async def test_failures_in_a_row_open_the_breaker_and_a_try_closes_it(shop: Shop) -> None:
    await shop.define("repo", threshold=2, cooldown=60)
    first, second = await shop.task("repo"), await shop.task("repo")
    await shop.report("repo", ok=False, detail="Timeout")
    await shop.report("repo", ok=True)
    await shop.report("repo", ok=False)
    opened = await shop.report("repo", ok=False, detail="Timeout again")
    assert (opened.breaker, opened.failures, opened.last_detail) == (OPEN, 2, "Timeout again")
    assert await shop.next(shop.ann) == []
    found = (await waits.waits_of(shop.database, [first]))[first.id]
    _none, nothing = await claim_next.claim_next(
        shop.database, Feed(shop.database), shop.ann, ClaimRequest(), cancelled=asyncio.Event()
    )
    assert nothing is not None
    assert found[0].until == nothing.retry_at
    assert found[0].until is not None

    assert await resources.half_open_cooled(shop.database) == 0
    await advance(shop.database, 61)
    assert await resources.half_open_cooled(shop.database) == 1

    assert (await shop.now("repo")).breaker is HALF_OPEN
    assert (await shop.kinds(first))[-1] == "TASK_UNBLOCKED"
    assert await shop.next(shop.ann) == [first.id]
    assert await shop.next(shop.bob) == []
    with pytest.raises(NotReady):
        await claims.claim(shop.database, shop.bob, t(second))
    await submissions.complete(shop.database, shop.ann, t(first), DONE)
    assert ((await shop.now("repo")).breaker, (await shop.now("repo")).failures) == (CLOSED, 0)
    assert await shop.next(shop.bob) == [second.id]


async def test_a_try_that_is_given_up_opens_it_again(shop: Shop) -> None:
    await shop.define("repo", threshold=1)
    task = await shop.task("repo")
    await shop.report("repo", ok=False)
    await advance(shop.database, 61)
    await resources.half_open_cooled(shop.database)
    assert await shop.next(shop.ann) == [task.id]

    await task_progress.release(shop.database, shop.ann, t(task), handoff=None)

    assert ((await shop.now("repo")).breaker, (await shop.now("repo")).in_use) == (OPEN, 0)
    assert await shop.next(shop.bob) == []
    closed = await resources.reset(shop.database, shop.bob, room=None, resource="repo")
    assert (closed.breaker, closed.failures) == (CLOSED, 0)
    assert await shop.next(shop.bob) == [task.id]


async def test_a_resource_is_changed_by_its_name_and_what_is_left_out_stays(shop: Shop) -> None:
    made = await shop.define("repo", capacity=1)
    waiting = [await shop.task("repo") for _ in range(3)]
    assert await shop.next(shop.ann) == [waiting[0].id]

    same = await resources.define(
        shop.database, shop.bob, room=None, name="repo", capacity={}, failure_threshold=9, cooldown_seconds=5
    )
    assert (same.id, same.capacity, same.failure_threshold, same.in_use) == (made.id, 1, 9, 1)
    await shop.define("repo", capacity=2)

    assert (await shop.kinds(waiting[1]))[-1] == "TASK_UNBLOCKED"
    assert "TASK_UNBLOCKED" not in await shop.kinds(waiting[2])
    await shop.define("repo", capacity=None)
    assert await shop.next(shop.bob, most=5) == [waiting[1].id, waiting[2].id]
    assert await shop.in_use("repo") == 3


async def test_what_a_task_in_work_needs_can_change(shop: Shop) -> None:
    await shop.define("repo", capacity=1)
    await shop.define("device", capacity=1)
    task, other = await shop.task("repo"), await shop.task("device")
    await claims.claim(shop.database, shop.ann, t(task))
    await claims.claim(shop.database, shop.bob, t(other))

    with pytest.raises(NotReady):
        await task_update.update(shop.database, shop.ann, t(task), {"resources": ["device"]})
    assert await shop.in_use("repo") == 1
    await submissions.complete(shop.database, shop.bob, t(other), DONE)
    await task_update.update(shop.database, shop.ann, t(task), {"resources": ["device"]})

    assert [await shop.in_use(name) for name in ("repo", "device")] == [0, 1]
    kept = await task_update.update(shop.database, shop.ann, t(task), {"capabilities": ["welding"]})
    assert kept.status is TaskStatus.DOING
    assert await shop.in_use("device") == 1


async def test_unknown_resources_are_refused(shop: Shop) -> None:
    elsewhere = await shop.world.room("elsewhere")
    stranger = await shop.world.agent(rooms=[elsewhere])
    await resources.define(
        shop.database,
        stranger,
        room=None,
        name="theirs",
        capacity={},
        failure_threshold=1,
        cooldown_seconds=1,
    )

    with pytest.raises(BadInput, match="no resource named theirs"):
        await shop.task("theirs")
    with pytest.raises(NotFound):
        await shop.report("theirs", ok=False)
    with pytest.raises(NotFound):
        await resources.reset(shop.database, stranger, room="shop", resource="repo")

    assert await shop.database.fetchval("select count(*) from task") == 0


async def test_cancelling_an_objective_frees_what_its_tasks_held(shop: Shop) -> None:
    await shop.define("repo", capacity=2)
    await shop.define("device", capacity=1)
    objective = await shop.world.objective(shop.room)
    held = [await shop.task(*needed, objective=f"O{objective.id}") for needed in (("repo", "device"), ("repo",))]
    for task in held:
        await claims.claim(shop.database, shop.ann, t(task))
    waiting = await shop.task("device")

    async with shop.database.transaction() as tx:
        await rooms.lock(tx, shop.room.id)
        await task_cancel.cancel_open_of(tx, [objective.id], shop.bob.agent_id, "No need")

    assert [await shop.in_use(name) for name in ("repo", "device")] == [0, 0]
    assert (await shop.kinds(waiting))[-1] == "TASK_UNBLOCKED"


async def test_a_key_and_a_limit_of_held_tasks_get_as_many_as_the_resource_lets_in(shop: Shop) -> None:
    await shop.define("repo", capacity=2)
    await shop.define("device", capacity=1)
    both = await shop.task("repo", "device", priority=0)
    needing = [await shop.task("repo", priority=1) for _ in range(3)]
    last = await shop.task(priority=2)
    await shop.database.execute("update room set wip_limit = 3")

    async def next_keyed() -> list[int]:
        claimed, _nothing = await claim_next.claim_next(
            shop.database, Feed(shop.database), shop.ann, ClaimRequest(), most=10, key="once", cancelled=asyncio.Event()
        )
        return [task.id for task in claimed]

    assert await next_keyed() == [both.id, needing[0].id, last.id]
    assert await next_keyed() == [both.id, needing[0].id, last.id]
    assert [await shop.in_use(name) for name in ("repo", "device")] == [2, 1]


async def test_what_one_step_fills_up_makes_way_for_what_needs_something_else(shop: Shop) -> None:
    await shop.define("repo", capacity=1)
    await shop.define("device", capacity=1)
    urgent = [await shop.task("repo", priority=0) for _ in range(100)]
    both, device = await shop.task("repo", "device", priority=1), await shop.task("device", priority=2)
    last = await shop.task(priority=3)

    assert await shop.next(shop.ann, most=3) == [urgent[0].id, device.id, last.id]
    assert await shop.kinds(both) == ["TASK_CREATED"]


async def test_many_claimed_at_once_are_one_try_of_a_half_open_breaker(shop: Shop) -> None:
    await shop.define("repo", threshold=1)
    first, _second = await shop.task("repo"), await shop.task("repo")
    await shop.report("repo", ok=False)
    await advance(shop.database, 61)
    await resources.half_open_cooled(shop.database)

    assert await shop.next(shop.ann, most=5) == [first.id]
    assert (await shop.now("repo")).probe_task_id == first.id
    assert await shop.in_use("repo") == 1


async def test_a_claim_that_replaces_a_lost_one_frees_nothing_for_others(shop: Shop) -> None:
    await shop.define("repo", capacity=1)
    lost = await shop.task("repo")
    await claims.claim(shop.database, shop.bob, t(lost))
    waiting = await shop.task("repo", priority=0, assignee="bob")
    await shop.database.execute("update task set lease_expires_at = now() where id = $1", lost.id)

    await claims.claim(shop.database, shop.ann, t(lost))

    assert await shop.in_use("repo") == 1
    assert await shop.kinds(lost) == ["TASK_CREATED", "TASK_CLAIMED", "TASK_RECLAIMED", "TASK_CLAIMED"]
    assert await shop.kinds(waiting) == ["TASK_CREATED"]


async def test_a_name_may_look_like_the_id_of_another(shop: Shop) -> None:
    repo = await shop.define("repo", capacity=1)
    lookalike = await shop.define(f"X{repo.id}", capacity=1)

    by_name = await shop.task(lookalike.name)
    await shop.report(lookalike.name, ok=False, detail="Mine")
    await claims.claim(shop.database, shop.ann, t(by_name))

    assert await shop.in_use("repo") == 0
    assert (await shop.now(lookalike.name)).in_use == 1
    assert (await shop.now(lookalike.name)).last_detail == "Mine"


async def test_an_open_breaker_that_no_task_needs_is_no_reason_to_come_back(shop: Shop) -> None:
    await shop.define("repo", threshold=1)
    await shop.report("repo", ok=False)
    await shop.task(depends_on=[t(await shop.task(assignee="bob"))])

    _none, nothing = await claim_next.claim_next(
        shop.database, Feed(shop.database), shop.ann, ClaimRequest(), cancelled=asyncio.Event()
    )

    assert nothing is not None
    assert nothing.retry_at is None


async def test_claims_of_several_resources_never_wait_for_one_another_in_a_circle(shop: Shop) -> None:
    """With a limit of held tasks each attempt is a transaction: what it locked in vain must not outlive it."""
    names = [f"device-{n}" for n in range(5)]
    for name in names:
        await shop.define(name, capacity=1)
    await shop.database.execute("update room set wip_limit = 3")
    rng = random.Random(1)  # chance, not secrecy
    left = {(await shop.task(*rng.sample(names, 2))).id for _ in range(60)}
    agents = [await shop.world.agent(rooms=[shop.room]) for _ in range(24)]

    async def worker(agent: Caller, most: int) -> None:
        while left:
            for task in await shop.next(agent, most=most):
                await asyncio.sleep(rng.random() / 200)
                await submissions.complete(shop.database, agent, f"T{task}", DONE)
                left.remove(task)
            await asyncio.sleep(0.001)

    async with asyncio.timeout(6 * PATIENCE_S), asyncio.TaskGroup() as group:
        for number, agent in enumerate(agents):
            group.create_task(worker(agent, 1 + number % 3))

    assert [await shop.in_use(name) for name in names] == [0] * len(names)


@pytest.mark.parametrize("seed", range(sized(1, 3)))
async def test_many_agents_never_hold_more_than_there_is_and_nothing_starves(shop: Shop, seed: int) -> None:
    """32 agents, capacities of 1 and 3, failures, leases that end: the log shows who held what when."""
    rng = random.Random(seed)  # chance, not secrecy
    capacities = {"one": 1, "three": 3}
    for name, capacity in capacities.items():
        await shop.define(name, capacity=capacity, threshold=3, cooldown=1)
    needs = [(), ("one",), ("three",), ("one", "three")]
    made = {task.id: need for need in needs for task in [await shop.task(*need) for _ in range(sized(12, 40))]}
    agents = [await shop.world.agent(rooms=[shop.room]) for _ in range(32)]
    stop = asyncio.Event()

    async def worker(agent: Caller) -> None:
        while not stop.is_set():
            for task in await shop.next(agent):
                await _act(shop, agent, task, made[task], rng)
            await asyncio.sleep(rng.random() / 50)

    async def clock() -> None:
        while await shop.database.fetchval("select count(*) from task where status not in ('DONE', 'CANCELLED')"):
            await resources.half_open_cooled(shop.database)
            await lease_expiry.reclaim_expired(shop.database)
            await asyncio.sleep(0.05)
        stop.set()

    async with asyncio.timeout(6 * PATIENCE_S), asyncio.TaskGroup() as group:
        for agent in agents:
            group.create_task(worker(agent))
        group.create_task(clock())

    holding: Counter[str] = Counter()
    for event in await shop.database.fetch(
        "select kind, task_id, data from event where room_id = $1 and task_id is not null order by seq", shop.room.id
    ):
        change = {"TASK_CLAIMED": 1, "TASK_DONE": -1, "TASK_RELEASED": -1, "TASK_RECLAIMED": -1}.get(event["kind"], 0)
        for name in made[event["task_id"]]:
            holding[name] += change
            assert 0 <= holding[name] <= capacities[name], (event, holding)
    assert [await shop.in_use(name) for name in capacities] == [0, 0]
    statuses = await shop.database.fetch("select distinct status from task")
    assert [row["status"] for row in statuses] == ["DONE"]


async def _act(shop: Shop, agent: Caller, task: int, needed: tuple[str, ...], rng: random.Random) -> None:
    """Work a little, then end it in one way or another; what fails is said of what the task needed."""
    await asyncio.sleep(rng.random() / 100)
    chance = rng.random()
    try:
        if chance < 0.1 and needed:
            await shop.report(rng.choice(needed), ok=False)
        if chance < 0.15:
            await task_progress.release(shop.database, agent, f"T{task}", handoff=None)
        elif chance < 0.2:
            await shop.database.execute(
                "update task set lease_expires_at = now() where id = $1 and status = 'DOING'", task
            )
        else:
            await submissions.complete(shop.database, agent, f"T{task}", DONE)
    except Refused:
        pass
