"""Claims that are made at once give what they would have given one after another, in some order."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import IdempotencyMismatch
from db.events.feed import Feed
from db.resources import resources
from db.tasks import claim_next
from db.tasks.claim_next import ClaimRequest
from tests.factories import World
from tests.invariants import check_what_is_stored
from tests.size import sized

MISMATCH = "IDEMPOTENCY_MISMATCH"
Outcome = tuple[int, ...] | str


@dataclass(frozen=True)
class Task:
    priority: int
    capabilities: frozenset[str]
    resources: frozenset[str]
    labels: frozenset[str]
    owner: int | None


@dataclass(frozen=True)
class Claim:
    agent: int
    most: int
    label: str | None
    key: str | None


@dataclass(frozen=True)
class Setting:
    """Agents by what they can do, and what the room allows."""

    agents: tuple[frozenset[str], ...]
    capacities: dict[str, int] = field(hash=False)
    wip: int | None
    tasks: tuple[Task, ...]


def subsets(*of: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(of))


TASKS = st.builds(
    Task,
    priority=st.integers(0, 1),
    capabilities=st.just(frozenset()) | subsets("welding", "flying"),
    resources=st.just(frozenset()) | subsets("crane", "plane"),
    labels=st.just(frozenset()) | subsets("red"),
    owner=st.none() | st.integers(0, 2),
)
SETTINGS = st.builds(
    Setting,
    agents=st.tuples(*[st.just(frozenset()) | st.just(frozenset({"welding", "flying"}))] * 3),
    capacities=st.fixed_dictionaries({"crane": st.integers(1, 2), "plane": st.just(1)}),
    wip=st.none() | st.integers(1, 2),
    tasks=st.lists(TASKS, min_size=1, max_size=7).map(tuple),
)
CLAIMS = st.lists(
    st.builds(
        Claim,
        agent=st.integers(0, 2),
        most=st.just(1) | st.integers(1, 3),
        label=st.none() | st.just("red"),
        key=st.none() | st.just("k"),
    ),
    min_size=2,
    max_size=5,
)


def one_after_another(setting: Setting, claims: list[tuple[int, Claim]]) -> dict[int, Outcome]:
    """What each gets, in this order, in the plainest way."""
    held: dict[int, int] = {}
    used: Counter[str] = Counter()
    keys: dict[int, tuple[Claim, tuple[int, ...]]] = {}
    outcomes: dict[int, Outcome] = {}
    for number, claim in claims:
        if claim.key is not None and claim.agent in keys:
            first, got = keys[claim.agent]
            if (first.most, first.label) != (claim.most, claim.label):
                outcomes[number] = MISMATCH
                continue
            if got:
                outcomes[number] = got
                continue
        taken: list[int] = []
        while len(taken) < claim.most:
            full = setting.wip is not None and list(held.values()).count(claim.agent) >= setting.wip
            best = None if full else _best(setting, claim, held, used)
            if best is None:
                break
            held[best] = claim.agent
            used.update(setting.tasks[best].resources)
            taken.append(best)
        outcomes[number] = tuple(taken)
        if claim.key is not None:
            keys[claim.agent] = claim, tuple(taken)
    return outcomes


def _best(setting: Setting, claim: Claim, held: dict[int, int], used: Counter[str]) -> int | None:
    offered = [
        (task.owner is None, task.priority, number)
        for number, task in enumerate(setting.tasks)
        if number not in held
        and task.owner in {None, claim.agent}
        and task.capabilities <= setting.agents[claim.agent]
        and (claim.label is None or claim.label in task.labels)
        and all(used[name] < setting.capacities[name] for name in task.resources)
    ]
    return min(offered)[2] if offered else None


async def at_once(database: Database, setting: Setting, claims: list[Claim]) -> dict[int, Outcome]:
    """What each gets from the server; tasks by their place in the setting."""
    world = World(database)
    suffix = await database.fetchval("select count(*) from room")
    room = await world.room(f"room-{suffix}", wip_limit=setting.wip)
    agents = [
        await world.agent(f"agent-{suffix}-{number}", rooms=[room], capabilities=sorted(capabilities))
        for number, capabilities in enumerate(setting.agents)
    ]
    for name, capacity in setting.capacities.items():
        await resources.define(
            database,
            agents[0],
            room=room.name,
            name=name,
            capacity={"capacity": capacity},
            failure_threshold=3,
            cooldown_seconds=60,
        )
    made = [
        await world.task(
            room,
            priority=task.priority,
            capabilities=sorted(task.capabilities),
            resources=sorted(task.resources),
            labels=sorted(task.labels),
            assignee=None if task.owner is None else agents[task.owner].name,
        )
        for task in setting.tasks
    ]
    place = {task.id: number for number, task in enumerate(made)}

    async def outcome(caller: Caller, claim: Claim) -> Outcome:
        wanted = ClaimRequest(room=f"R{room.id}", labels=None if claim.label is None else [claim.label])
        try:
            got, _ = await claim_next.claim_next(
                database, Feed(database), caller, wanted, most=claim.most, key=claim.key, cancelled=asyncio.Event()
            )
        except IdempotencyMismatch:
            return MISMATCH
        assert [task.assignee_id for task in got] == [caller.agent_id] * len(got)
        return tuple(place[task.id] for task in got)

    outcomes = await asyncio.gather(*(outcome(agents[claim.agent], claim) for claim in claims))
    await check_what_is_stored(database, room.id)
    logged = await database.fetch(
        "select task_id, actor_id, (data ->> 'fence')::integer as fence from event"
        " where room_id = $1 and kind = 'TASK_CLAIMED'",
        room.id,
    )
    holding = await database.fetch(
        "select id, assignee_id, fence from task where room_id = $1 and status = 'DOING'", room.id
    )
    assert sorted(map(tuple, logged)) == sorted(map(tuple, holding))
    return dict(enumerate(outcomes))


def told(outcomes: dict[int, Outcome]) -> list[Outcome]:
    """Of one claim it does not matter in which of its rounds it got a task."""
    return [one if isinstance(one, str) else tuple(sorted(one)) for _, one in sorted(outcomes.items())]


@settings(
    max_examples=sized(40, 60),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(setting=SETTINGS, claims=CLAIMS)
def test_claims_at_once_are_claims_one_after_another(database_url: str, setting: Setting, claims: list[Claim]) -> None:
    async def play() -> dict[int, Outcome]:
        database = await Database.connect(database_url, size=4)
        try:
            return await at_once(database, setting, claims)
        finally:
            await database.close()

    outcomes = told(asyncio.run(play()))

    orders = permutations(enumerate(claims))
    assert any(told(one_after_another(setting, list(order))) == outcomes for order in orders), outcomes
