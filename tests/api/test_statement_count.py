"""What a page of tasks costs: the same number of statements, whatever its size and whatever stands on it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from db import claims, comments, ids, key_results, new_tasks
from db.callers import Caller
from db.comments import NewHandoff
from db.database import Database
from db.key_results import NewKeyResult
from db.new_tasks import BatchTask, NewTask
from db.records import CommentKind, Room, Task
from tests.api.asking import ask
from tests.world import World

TASKS = 100

AGENT = "{ id name capabilities presence lastSeenAt parent { name } sessions { label } rooms { name } tasks { id } }"
OTHER = "{ id title status ready stale unblocks assignee { name } objective { title progress } waitingOn { reason } }"
GOAL = f"""{{ id title status progress counts {{ total ready stale }} owner {AGENT} parent {{ title progress }}
    ancestors {{ title }} children {{ totalCount nodes {{ title progress }} }} subtree {{ title }}
    keyResults {{ title progress owner {{ name }} objective {{ title }} }}
    comments {{ totalCount nodes {{ body author {{ name }} }} }} }}"""
COMMENT = f"{{ id kind body author {AGENT} handoff {{ done pending gotchas }} task {{ title }} objective {{ title }} }}"

# Every field of a task, and behind each reference what a dashboard would show of it.
EVERYTHING = f"""{{
  id title description status priority labels capabilities track trackOrder instructions ready attempts unblocks notes
  result stale quietUntil lastProgressAt notBefore dueAt estimateMinutes createdAt updatedAt startedAt finishedAt
  room {{ name counts {{ total }} agents {{ name }} }}
  objective {GOAL} parent {OTHER} subtasks {OTHER} creator {AGENT} assignee {AGENT} reviewer {AGENT}
  criteria {{ id text met evidence accepted }}
  waitingOn {{ kind reason until task {OTHER} objective {{ title progress }} }}
  lease {{ fence claimedAt expiresAt agent {{ name }} session {{ label }} task {{ id }} }}
  dependencies {{ kind open createdAt createdBy {{ name }} dependsOn {OTHER} task {{ id }} }}
  dependents {{ kind open task {OTHER} }}
  handoff {COMMENT}
  comments(last: 5) {{ totalCount nodes {COMMENT} edges {{ cursor }} pageInfo {{ hasPreviousPage }} }}
  decisions: comments(kinds: [DECISION], first: 1) {{ totalCount nodes {{ body }} }}
  artifacts {{ kind url title }}
  keyResults {{ title progress objective {{ title }} }}
  history(first: 20) {{ nodes {{ kind actor {{ name }} task {{ id }} objective {{ title }} agent {{ name }} data }} }}
}}"""
PAGE = f"""query ($first: Int!) {{ room {{ tasks(filter: {{labels: ["page"]}}, orderBy: CREATED, first: $first) {{
    totalCount edges {{ cursor }} nodes {EVERYTHING} pageInfo {{ hasNextPage }} }} }} }}"""
LISTS_BELOW = """query ($first: Int!) { room { tasks(filter: {labels: ["page"]}, orderBy: CREATED, first: $first) { nodes {
    room { tasks(first: 3) { totalCount nodes { title } } }
    objective { tasks(first: 3, filter: {ready: true}) { totalCount nodes { title } }
                deep: tasks(deep: true, orderBy: UPDATED, first: 3) { totalCount nodes { title } } } } } } }"""


class Counted:
    """A database, and every statement that was sent to it."""

    def __init__(self, database: Database, sent: list[str]) -> None:
        self.database, self.sent = database, sent

    async def statements(self, caller: Caller, document: str, first: int) -> list[str]:
        """What the page costs, by the opening of each statement."""
        self.sent.clear()
        answer = await ask(self.database, caller, document, first=first)
        assert answer.codes == []
        assert answer.data is not None
        assert len(answer.data["room"]["tasks"]["nodes"]) == first
        return sorted(self.sent)


@pytest.fixture
async def counted(database_url: str) -> AsyncGenerator[Counted]:
    sent: list[str] = []
    database = await Database.connect(database_url, size=1)
    async with AsyncExitStack() as held:
        for connection in [await held.enter_async_context(database.pool.acquire()) for _ in range(1)]:
            connection.add_query_logger(lambda record: sent.append(record.query))
    yield Counted(database, sent)
    await database.close()


async def furnish(database: Database, world: World) -> tuple[Caller, Room]:
    """A room with a page of tasks on which there is everything that there can be."""
    room = await world.room()
    worker, reviewer = await world.agent(rooms=[room]), await world.agent(rooms=[room])
    root = await world.objective(room, owner=worker.name)
    goals = [
        await world.objective(room, parent=ids.of(ids.OBJECTIVE, root.id), owner=reviewer.name) for _ in range(TASKS)
    ]
    measures = [
        await key_results.create(
            database, worker, ids.of(ids.OBJECTIVE, goal.id), NewKeyResult(title="Users", target=9), None
        )
        for goal in goals
    ]

    async def make(name: str, **each: list[Any]) -> list[Task]:
        batch = [
            BatchTask(task=NewTask(title=f"{name} {n}", **{field: values[n] for field, values in each.items()}))
            for n in range(TASKS)
        ]
        return await new_tasks.create_many(database, reviewer, None, batch, None)

    objectives = [ids.of(ids.OBJECTIVE, goal.id) for goal in goals]
    parents = [ids.of(ids.TASK, task.id) for task in await make("Parent", objective=objectives)]
    blockers = [ids.of(ids.TASK, task.id) for task in await make("Blocker", objective=objectives)]
    page = await make(
        "Task",
        objective=objectives,
        parent=parents,
        labels=[["page"]] * TASKS,
        capabilities=[[f"skill-{n}"] for n in range(TASKS)],
        criteria=[["It works", "It is fast"]] * TASKS,
        reviewer=[reviewer.name] * TASKS,
        track=["line"] * TASKS,
        key_results=[[ids.of(ids.KEY_RESULT, measure.id)] for measure in measures],
    )
    references = [ids.of(ids.TASK, task.id) for task in page]
    await make("Part", parent=references)
    await make("Dependent", objective=objectives, depends_on=[[one] for one in references])
    await make("Aside", discovered_from=references)
    await database.execute("update agent set capabilities = $1", [f"skill-{n}" for n in range(TASKS)])
    for one, blocker, goal in zip(references, blockers, objectives, strict=True):
        await claims.claim(database, worker, one, session="main")
        await new_tasks.create(database, worker, NewTask(title="Late", discovered_from=one), None)
        await comments.add(database, reviewer, one, CommentKind.DECISION, "So be it.", None)
        await comments.add(database, reviewer, goal, CommentKind.NOTE, "Why.", None)
        async with database.act() as act:
            handoff = NewHandoff(done="Half", pending="Half")
            await comments.write(
                act,
                room.id,
                CommentKind.HANDOFF,
                handoff.text(),
                author=worker.agent_id,
                task=ids.key(ids.TASK, one),
                handoff=handoff,
            )
        # Started work that waits: as addDependency leaves it.
        await database.execute(
            "insert into dependency (task_id, depends_on_id, kind, created_by_id) values ($1, $2, 'BLOCKS', $3)",
            ids.key(ids.TASK, one),
            ids.key(ids.TASK, blocker),
            worker.agent_id,
        )
    await database.execute(
        "insert into artifact (task_id, kind, url) select id, 'LINK', 'https://example.com' from task"
    )
    return worker, room


@pytest.mark.parametrize("document", [PAGE, LISTS_BELOW], ids=["everything", "lists"])
async def test_a_page_costs_the_same_statements_whatever_its_size(
    database: Database, world: World, counted: Counted, document: str
) -> None:
    caller, _ = await furnish(database, world)
    await counted.statements(caller, document, 1)

    costs = [await counted.statements(caller, document, first) for first in (1, 10, 100)]

    assert [len(cost) for cost in costs] == [len(costs[0])] * 3
    assert costs[0] == costs[1] == costs[2]
    assert len(costs[0]) < 120
