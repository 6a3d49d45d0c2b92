"""Everything at once: many connections act on one room as they please, and what is stored stays true."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, DependencyKind
from db.core.errors import Refused
from db.events.feed import Feed
from db.presence import sessions
from db.tasks import (
    claim_next,
    claims,
    comment_mutations,
    dependencies,
    lease_expiry,
    submissions,
    task_cancel,
    task_create,
    task_progress,
    task_update,
)
from db.tasks.claim_next import ClaimRequest
from db.tasks.submissions import Submission
from db.tasks.task_create import NewTask
from tests.factories import World
from tests.invariants import check_what_is_stored

AGENTS, SECONDS = 12, 6.0


async def test_concurrent_mutations_of_all_kinds_leave_no_drift_and_no_deadlock(
    database: Database, world: World
) -> None:
    room = await world.room(max_attempts=None)
    goal = await world.objective(room)
    made = [(await world.task(room, objective=f"O{goal.id}")).id for _ in range(30)]
    agents = [await world.agent(rooms=[room]) for _ in range(AGENTS)]
    feed = Feed(database)
    end = time.monotonic() + SECONDS
    done = dict.fromkeys(("acts", "refusals"), 0)

    async def act_at_random(caller: Caller, dice: random.Random) -> None:
        def task() -> str:
            return f"T{dice.choice(made)}"

        async def create() -> None:
            new = NewTask(title="One more", room=room.name, objective=f"O{goal.id}", depends_on=[task()])
            made.append((await task_create.create(database, caller, new, None)).id)

        async def expire() -> None:
            await database.execute(
                "update task set lease_expires_at = now() where id = $1 and status = 'DOING'", dice.choice(made)
            )
            await lease_expiry.reclaim_expired(database)

        async def finish() -> None:
            got, _ = await claim_next.claim_next(database, feed, caller, ClaimRequest(), cancelled=asyncio.Event())
            await submissions.complete(database, caller, f"T{got[0].id}" if got else task(), Submission(summary="Done"))

        acts: list[Callable[[], Awaitable[object]]] = [
            create,
            expire,
            finish,
            finish,
            lambda: claim_next.claim_next(database, feed, caller, ClaimRequest(), most=3, cancelled=asyncio.Event()),
            lambda: claims.claim(database, caller, task()),
            lambda: sessions.heartbeat(database, caller, label="s"),
            lambda: task_progress.release(database, caller, task(), handoff=None),
            lambda: task_progress.renew(database, caller, task()),
            lambda: task_progress.block(database, caller, task(), reason=None, depends_on=[task()]),
            lambda: dependencies.add(database, caller, task(), task(), DependencyKind.BLOCKS),
            lambda: dependencies.remove(database, caller, task(), task(), DependencyKind.BLOCKS),
            lambda: task_cancel.cancel(database, caller, task(), "No need"),
            lambda: task_cancel.reopen(database, caller, task(), "Needed after all"),
            lambda: task_update.update(database, caller, task(), {"track": dice.choice(["left", None])}),
            lambda: comment_mutations.add(database, caller, task(), CommentKind.NOTE, "A word", None),
        ]
        while time.monotonic() < end:
            try:
                await dice.choice(acts)()
                done["acts"] += 1
            except Refused:
                done["refusals"] += 1

    await asyncio.gather(*(act_at_random(agent, random.Random(n)) for n, agent in enumerate(agents)))

    await check_what_is_stored(database, room.id)
    assert done["acts"] > AGENTS
    holders = await database.fetch("select status, assignee_id, lease_expires_at from task where status = 'DOING'")
    assert all(row["assignee_id"] and row["lease_expires_at"] for row in holders)
    await feed.close()
