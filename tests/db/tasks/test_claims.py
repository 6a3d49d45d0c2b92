"""One owner: claims, leases, fences, and what becomes of late writes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from db.conversation.comments import NewHandoff
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import TaskStatus
from db.core.errors import (
    AlreadyClaimed,
    AssignedToOther,
    BadInput,
    CriteriaRequired,
    CriteriaUnmet,
    HandoffRequired,
    MissingCapabilities,
    NotHolder,
    NotReady,
    Paused,
    ReviewRequired,
    StaleLease,
    WipLimit,
    WrongStatus,
)
from db.core.queries import q
from db.core.records import Room, Task
from db.events.feed import Feed
from db.tasks import (
    claim_next,
    claim_nothing,
    claims,
    lease_expiry,
    submissions,
    task_cancel,
    task_progress,
    task_update,
)
from db.tasks.claim_next import ClaimRequest
from db.tasks.submissions import CriterionResult, Submission
from tests.factories import World

DONE = Submission(summary="Done")


async def claim_best(database: Database, caller: Caller, **wanted: Any) -> list[Task]:
    got, _ = await claim_next.claim_next(
        database, Feed(database), caller, ClaimRequest(**wanted), cancelled=asyncio.Event()
    )
    return got


async def why_nothing(database: Database, caller: Caller, **wanted: Any) -> claim_nothing.NothingToClaim:
    got, nothing = await claim_next.claim_next(
        database, Feed(database), caller, ClaimRequest(**wanted), cancelled=asyncio.Event()
    )
    assert got == []
    assert nothing is not None
    return nothing


async def expire(database: Database, task: Task) -> None:
    """Let the lease end now, without the sweeper's having seen it."""
    await database.execute("update task set lease_expires_at = now() - interval '1 second' where id = $1", task.id)


async def log_of(database: Database, task: Task) -> list[str]:
    rows = await database.fetch("select kind from event where task_id = $1 order by seq", task.id)
    return [row["kind"] for row in rows]


async def notes_on(database: Database, task: Task) -> list[str]:
    rows = await database.fetch("select body from comment where task_id = $1 and kind = 'NOTE' order by id", task.id)
    return [row["body"] for row in rows]


async def now_is(database: Database, task: Task) -> Task:
    return Task.of(await database.fetchrow("select * from task where id = $1", task.id))


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room()


async def test_one_of_many_claimants_wins(database: Database, world: World, room: Room) -> None:
    task = await world.task(room)
    agents = [await world.agent(rooms=[room]) for _ in range(8)]

    results = await asyncio.gather(
        *(claims.claim(database, agent, f"T{task.id}") for agent in agents), return_exceptions=True
    )

    assert [type(result) for result in results].count(Task) == 1
    assert [type(result) for result in results].count(AlreadyClaimed) == 7
    assert await log_of(database, task) == ["TASK_CREATED", "TASK_CLAIMED"]


async def test_each_of_many_tasks_is_given_once(database: Database, world: World, room: Room) -> None:
    made = [await world.task(room) for _ in range(40)]
    agents = [await world.agent(rooms=[room]) for _ in range(10)]

    async def claim_until_empty(agent: Caller) -> list[int]:
        taken: list[int] = []
        while got := await claim_best(database, agent):
            taken += [task.id for task in got]
        return taken

    taken = await asyncio.gather(*(claim_until_empty(agent) for agent in agents))

    assert sorted(task for each in taken for task in each) == sorted(task.id for task in made)


async def test_the_order_of_claims_is_own_then_priority_then_waited_by_then_age(
    database: Database, world: World, room: Room
) -> None:
    agent = await world.agent(rooms=[room])
    old = await world.task(room)
    wanted_by_two = await world.task(room)
    for _ in range(2):
        await world.task(room, depends_on=[f"T{wanted_by_two.id}"])
    urgent = await world.task(room, priority=0)
    own = await world.task(room, priority=3, assignee=agent.name)

    order = [(await claim_best(database, agent))[0].id for _ in range(4)]

    assert order == [own.id, urgent.id, wanted_by_two.id, old.id]


async def test_several_are_claimed_in_one_step_and_logged_in_order(
    database: Database, world: World, room: Room
) -> None:
    made = [await world.task(room) for _ in range(3)]
    agent = await world.agent(rooms=[room])

    got, _ = await claim_next.claim_next(
        database, Feed(database), agent, ClaimRequest(), most=2, cancelled=asyncio.Event()
    )

    assert [task.id for task in got] == [task.id for task in made[:2]]
    rows = await database.fetch(
        "select task_id, seq from event where room_id = $1 and kind = 'TASK_CLAIMED' order by seq", room.id
    )
    assert [row["task_id"] for row in rows] == [task.id for task in made[:2]]
    end = await database.fetchval("select seq from room_log where room_id = $1", room.id)
    assert rows[-1]["seq"] == end


async def test_a_claim_takes_only_what_the_agent_can_do(database: Database, world: World, room: Room) -> None:
    await world.task(room, capabilities=["rust", "gpu"], priority=0)
    fits = await world.task(room, capabilities=["python"])
    agent = await world.agent(rooms=[room], capabilities=["python", "sql"])

    assert [task.id for task in await claim_best(database, agent)] == [fits.id]
    nothing = await why_nothing(database, agent)

    assert nothing.missing_capabilities == ["gpu", "rust"]
    assert (nothing.todo, nothing.waiting) == (1, 0)


async def test_labels_and_objective_narrow_a_claim(database: Database, world: World, room: Room) -> None:
    root = await world.objective(room)
    below = await world.objective(room, parent=f"O{root.id}")
    await world.task(room, labels=["x"])
    inside = await world.task(room, objective=f"O{below.id}", labels=["x", "y"])
    agent = await world.agent(rooms=[room])

    got = await claim_best(database, agent, objective=f"O{root.id}", labels=["x", "y"])

    assert [task.id for task in got] == [inside.id]
    assert await claim_best(database, agent, objective=f"O{root.id}") == []


async def test_nothing_says_why(database: Database, world: World) -> None:
    room = await world.room(require_done_criteria=True)
    other, agent = await world.agent(rooms=[room]), await world.agent(rooms=[room])
    blocker = await world.task(room, criteria=["ok"], assignee=other.name)
    await world.task(room, criteria=["ok"], depends_on=[f"T{blocker.id}"])
    await world.task(room)

    nothing = await why_nothing(database, agent)

    assert (nothing.todo, nothing.waiting, nothing.need_criteria, nothing.assigned_to_others) == (3, 1, 1, 1)
    assert not nothing.paused
    assert not nothing.wip_limit_reached
    assert nothing.reason


async def test_a_paused_room_gives_nothing_and_what_is_held_goes_on(database: Database, world: World) -> None:
    room = await world.room()
    held, free = await world.task(room), await world.task(room)
    agent = await world.agent(rooms=[room])
    await claims.claim(database, agent, f"T{held.id}")
    await database.execute("update room set paused = true where id = $1", room.id)

    assert (await why_nothing(database, agent)).paused
    with pytest.raises(Paused):
        await claims.claim(database, agent, f"T{free.id}")
    done = await submissions.complete(database, agent, f"T{held.id}", DONE)

    assert done.status is TaskStatus.DONE
    assert (await now_is(database, free)).status is TaskStatus.TODO


async def test_the_wip_limit_holds_under_concurrency(database: Database, world: World) -> None:
    room = await world.room(wip_limit=2)
    for _ in range(6):
        await world.task(room)
    agent = await world.agent(rooms=[room])

    results = await asyncio.gather(*(claim_best(database, agent) for _ in range(6)))

    assert sum(len(result) for result in results) == 2
    assert (await why_nothing(database, agent)).wip_limit_reached
    left = await database.fetchval("select min(id) from task where room_id = $1 and status = 'TODO'", room.id)
    with pytest.raises(WipLimit) as refused:
        await claims.claim(database, agent, f"T{left}")
    assert refused.value.limit == 2


async def test_the_same_key_answers_with_the_same_claim_while_it_is_held(
    database: Database, world: World, room: Room
) -> None:
    for _ in range(3):
        await world.task(room)
    agent = await world.agent(rooms=[room])

    async def claim() -> Task:
        got, _ = await claim_next.claim_next(
            database, Feed(database), agent, ClaimRequest(), key="k", cancelled=asyncio.Event()
        )
        return got[0]

    first, again = await claim(), await claim()
    await submissions.complete(database, agent, f"T{first.id}", DONE)
    later = await claim()

    assert (again.id, again.fence) == (first.id, first.fence)
    assert later.id != first.id


async def test_the_holders_own_claim_renews_with_the_same_fence(database: Database, world: World, room: Room) -> None:
    task, agent = await world.task(room), await world.agent(rooms=[room])
    first = await claims.claim(database, agent, f"T{task.id}", lease_seconds=10)

    again = await claims.claim(database, agent, f"T{task.id}", lease_seconds=1000)

    assert again.fence == first.fence == 1
    assert again.lease_expires_at is not None
    assert first.lease_expires_at is not None
    assert (again.lease_expires_at - first.lease_expires_at).total_seconds() > 900
    assert (await log_of(database, task)).count("TASK_CLAIMED") == 1


async def test_claiming_refuses_with_the_reason(database: Database, world: World) -> None:
    room = await world.room(require_done_criteria=True)
    agent, other = await world.agent(rooms=[room]), await world.agent(rooms=[room])
    bare = await world.task(room)
    blocked = await world.task(room, criteria=["ok"], depends_on=[f"T{bare.id}"])
    others = await world.task(room, criteria=["ok"], assignee=other.name)
    hard = await world.task(room, criteria=["ok"], capabilities=["rust"])

    with pytest.raises(CriteriaRequired):
        await claims.claim(database, agent, f"T{bare.id}")
    with pytest.raises(NotReady) as not_ready:
        await claims.claim(database, agent, f"T{blocked.id}")
    with pytest.raises(AssignedToOther) as assigned:
        await claims.claim(database, agent, f"T{others.id}")
    with pytest.raises(MissingCapabilities) as missing:
        await claims.claim(database, agent, f"T{hard.id}")
    with pytest.raises(BadInput):
        await claims.claim(database, other, f"T{others.id}", criteria=["more"])

    assert [(wait["kind"], wait["task"]) for wait in not_ready.value.waiting_on] == [("DEPENDENCY", f"T{bare.id}")]
    assert assigned.value.assignee == other.name
    assert missing.value.missing == ["rust"]
    assert await database.fetchval("select count(*) from task where status = 'DOING' or fence > 0") == 0


async def test_claiming_can_set_the_criteria_in_the_same_step(database: Database, world: World) -> None:
    room = await world.room(require_done_criteria=True)
    task, agent = await world.task(room), await world.agent(rooms=[room])

    claimed = await claims.claim(database, agent, f"T{task.id}", criteria=["It is blue", "It is round"])

    assert claimed.status is TaskStatus.DOING
    texts = await database.fetch("select text from criterion where task_id = $1 order by position", task.id)
    assert [row["text"] for row in texts] == ["It is blue", "It is round"]


async def test_a_lease_that_ended_is_void_before_anybody_sweeps(database: Database, world: World, room: Room) -> None:
    task, agent = await world.task(room), await world.agent(rooms=[room])
    await claims.claim(database, agent, f"T{task.id}")
    await expire(database, task)

    for fence in (None, 1):
        with pytest.raises(StaleLease):
            await submissions.complete(database, agent, f"T{task.id}", DONE, fence=fence)
        with pytest.raises(StaleLease):
            await task_progress.renew(database, agent, f"T{task.id}", fence=fence)

    assert (await now_is(database, task)).status is TaskStatus.DOING


async def test_taking_back_clears_the_holder_and_says_so(database: Database, world: World, room: Room) -> None:
    task, agent = await world.task(room), await world.agent(rooms=[room])
    await claims.claim(database, agent, f"T{task.id}")
    await expire(database, task)

    assert await lease_expiry.reclaim_expired(database) == 1
    assert await lease_expiry.reclaim_expired(database) == 0

    after = await now_is(database, task)
    assert (after.status, after.assignee_id, after.fence, after.attempts) == (TaskStatus.TODO, None, 2, 1)
    assert after.ready
    event = await database.fetchrow("select * from event where kind = 'TASK_RECLAIMED'")
    assert event["agent_id"] == agent.agent_id
    assert {name: event["data"][name] for name in ("reason", "holder")} == {"reason": "expired", "holder": agent.name}
    told = await database.fetchrow("select agent_id, kind, task_id from inbox_item")
    assert tuple(told) == (agent.agent_id, "LEASE_LOST", task.id)


async def test_two_sweepers_at_once_take_nothing_back_twice(database: Database, world: World, room: Room) -> None:
    agent = await world.agent(rooms=[room])
    for _ in range(30):
        await claims.claim(database, agent, f"T{(await world.task(room)).id}")
    await database.execute("update task set lease_expires_at = now() - interval '1 second' where status = 'DOING'")

    async def sweep_all() -> int:
        return await lease_expiry.reclaim_expired(database)

    assert sum(await asyncio.gather(*(sweep_all() for _ in range(4)))) == 30
    assert await database.fetchval("select count(*) from event where kind = 'TASK_RECLAIMED'") == 30
    assert await database.fetchval("select max(attempts) from task") == 1


async def test_a_lease_lost_too_often_blocks_the_task(database: Database, world: World) -> None:
    room = await world.room(max_attempts=2)
    task, agent = await world.task(room), await world.agent(rooms=[room])
    for _ in range(2):
        await claims.claim(database, agent, f"T{task.id}")
        await expire(database, task)
        await lease_expiry.reclaim_expired(database)

    blocked = await now_is(database, task)
    assert (blocked.status, blocked.assignee_id, blocked.attempts) == (TaskStatus.BLOCKED, None, 2)
    assert blocked.blocked_reason
    with pytest.raises(WrongStatus):
        await claims.claim(database, agent, f"T{task.id}")

    freed = await task_progress.unblock(database, agent, f"T{task.id}")
    assert (freed.status, freed.attempts, freed.ready) == (TaskStatus.TODO, 0, True)


async def test_an_expired_task_can_be_claimed_before_anybody_sweeps(
    database: Database, world: World, room: Room
) -> None:
    task = await world.task(room)
    late, next_one = await world.agent(rooms=[room]), await world.agent(rooms=[room])
    await claims.claim(database, late, f"T{task.id}")
    await expire(database, task)

    claimed = await claims.claim(database, next_one, f"T{task.id}")

    assert (claimed.assignee_id, claimed.fence) == (next_one.agent_id, 3)
    assert await log_of(database, task) == ["TASK_CREATED", "TASK_CLAIMED", "TASK_RECLAIMED", "TASK_CLAIMED"]


async def test_late_writes_are_refused_and_what_they_say_is_kept(database: Database, world: World, room: Room) -> None:
    task = await world.task(room)
    late, holder = await world.agent(rooms=[room]), await world.agent(rooms=[room])
    reference, handoff = f"T{task.id}", NewHandoff(done="half", pending="the rest")
    fence = (await claims.claim(database, late, reference)).fence
    await expire(database, task)
    await lease_expiry.reclaim_expired(database)
    await claims.claim(database, holder, reference)
    before = await now_is(database, task)

    with pytest.raises(StaleLease) as refused:
        await submissions.complete(database, late, reference, Submission(summary="I did it all"), fence=fence)
    with pytest.raises(StaleLease):
        await task_progress.release(database, late, reference, handoff=handoff, fence=fence)
    with pytest.raises(StaleLease):
        await task_progress.renew(database, late, reference, fence=fence)
    with pytest.raises(StaleLease):
        await task_progress.write_notes(database, late, reference, "Mind the gap", append=True, fence=fence)
    with pytest.raises(StaleLease):
        await task_update.update(database, late, reference, {"description": "It is like this"}, fence=fence)
    with pytest.raises(StaleLease):
        await task_progress.block(database, late, reference, reason="No key", fence=fence)

    assert refused.value.facts() == {"task": reference, "fence": before.fence, "holder": holder.name}
    assert await now_is(database, task) == before
    kept = "\n".join(await notes_on(database, task))
    for words in ("I did it all", "half", "the rest", "Mind the gap", "It is like this", "No key"):
        assert words in kept
    with pytest.raises(NotHolder):
        await submissions.complete(database, late, reference, DONE)


async def test_a_fence_of_the_future_is_no_fence(database: Database, world: World, room: Room) -> None:
    task, agent = await world.task(room), await world.agent(rooms=[room])
    await claims.claim(database, agent, f"T{task.id}")

    with pytest.raises(BadInput):
        await submissions.complete(database, agent, f"T{task.id}", DONE, fence=2)


async def test_release_needs_a_handoff_where_the_room_asks(database: Database, world: World) -> None:
    room = await world.room(require_handoff=True)
    task, agent = await world.task(room), await world.agent(rooms=[room])
    await claims.claim(database, agent, f"T{task.id}")

    with pytest.raises(HandoffRequired):
        await task_progress.release(database, agent, f"T{task.id}", handoff=None)
    assert (await now_is(database, task)).status is TaskStatus.DOING
    handoff = NewHandoff(done="half", pending="the rest")
    released = await task_progress.release(database, agent, f"T{task.id}", handoff=handoff)

    assert (released.status, released.assignee_id, released.ready) == (TaskStatus.TODO, None, True)
    comment = await database.fetchrow("select kind, handoff_done, handoff_pending from comment")
    assert tuple(comment) == ("HANDOFF", "half", "the rest")


async def test_completing_needs_every_criterion_and_no_open_subtask(
    database: Database, world: World, room: Room
) -> None:
    agent = await world.agent(rooms=[room])
    task = await world.task(room, criteria=["one", "two"])
    subtask = await world.task(room, parent=f"T{task.id}")
    await claims.claim(database, agent, f"T{task.id}")
    one, two = [row["id"] for row in await database.fetch("select id from criterion order by position")]
    both = [CriterionResult(id=f"Q{one}", met=True, evidence="seen"), CriterionResult(id=f"Q{two}", met=True)]

    with pytest.raises(NotReady) as waits:
        await submissions.complete(database, agent, f"T{task.id}", Submission(summary="Done", criteria=both))
    await task_cancel.cancel(database, agent, f"T{subtask.id}", "not needed")
    with pytest.raises(CriteriaUnmet) as unmet:
        await submissions.complete(database, agent, f"T{task.id}", Submission(summary="Done", criteria=both[:1]))
    done = await submissions.complete(database, agent, f"T{task.id}", Submission(summary="Done", criteria=both))

    assert [(wait["kind"], wait["task"]) for wait in waits.value.waiting_on] == [("SUBTASK", f"T{subtask.id}")]
    assert unmet.value.unmet == [f"Q{two}"]
    assert (done.status, done.result, done.lease_expires_at) == (TaskStatus.DONE, "Done", None)


async def test_a_room_with_review_refuses_completion(database: Database, world: World) -> None:
    room = await world.room(require_review=True)
    task, agent = await world.task(room), await world.agent(rooms=[room])
    await claims.claim(database, agent, f"T{task.id}")

    with pytest.raises(ReviewRequired):
        await submissions.complete(database, agent, f"T{task.id}", DONE)

    assert (await now_is(database, task)).status is TaskStatus.DOING


async def test_every_write_of_the_holder_renews_its_lease(database: Database, world: World, room: Room) -> None:
    task, agent = await world.task(room), await world.agent(rooms=[room])
    await claims.claim(database, agent, f"T{task.id}", lease_seconds=1000)

    writes: list[Callable[[], Awaitable[Task]]] = [
        lambda: task_progress.write_notes(database, agent, f"T{task.id}", "A word", append=True),
        lambda: task_update.update(database, agent, f"T{task.id}", {"priority": 1}),
        lambda: task_progress.renew(database, agent, f"T{task.id}"),
    ]
    for act in writes:
        await database.execute("update task set lease_expires_at = now() + interval '5 seconds' where id = $1", task.id)
        await act()
        left = await database.fetchval("select lease_expires_at - now() from task where id = $1", task.id)
        assert left.total_seconds() > 900


async def test_quiet_seconds_extend_the_lease(database: Database, world: World, room: Room) -> None:
    task, agent = await world.task(room), await world.agent(rooms=[room])
    await claims.claim(database, agent, f"T{task.id}", lease_seconds=10)

    await task_progress.renew(database, agent, f"T{task.id}", quiet_seconds=5000)
    renewed = await task_progress.renew(database, agent, f"T{task.id}")

    left = await database.fetchval("select lease_expires_at - now() from task where id = $1", task.id)
    assert left.total_seconds() > 4900
    assert renewed.quiet_until is not None


async def test_renewing_a_lease_is_a_hot_update(database: Database, world: World, room: Room) -> None:
    task, agent = await world.task(room), await world.agent(rooms=[room])
    await claims.claim(database, agent, f"T{task.id}")
    count = "select n_tup_upd, n_tup_hot_upd from pg_stat_xact_user_tables where relname = 'task'"
    async with database.transaction() as tx:
        before = await tx.fetchrow(count)
        for _ in range(5):
            await q.renew_lease(tx, task_id=task.id, lease_seconds=None, quiet_seconds=None)
        after = await tx.fetchrow(count)

    assert after["n_tup_upd"] - before["n_tup_upd"] == 5
    assert after["n_tup_hot_upd"] - before["n_tup_hot_upd"] == 5
