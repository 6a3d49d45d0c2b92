"""What a page of tasks costs: the same number of statements, whatever its size and whatever stands on it."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import pytest

from db.conversation import message_send
from db.conversation.comments import NewHandoff
from db.conversation.message_send import NewMessage
from db.core import ids
from db.core.callers import Caller, authenticate
from db.core.database import Database
from db.core.enums import CommentKind, DependencyKind
from db.core.queries import q
from db.events.feed import Feed
from db.goals import key_results
from db.goals.key_results import NewKeyResult
from db.rooms import agents
from db.tasks import assignment, claims, comment_mutations, dependencies, submissions, task_create
from db.tasks.submissions import CriterionResult, Submission
from db.tasks.task_create import BatchTask, NewTask
from goalroom.execution.engine import Engine, Request
from goalroom.limits import Limits
from resolvers.build import schema
from schema.context import Context
from tests.api.asking import ask
from tests.factories import World

TASKS = 20
_ASKED_AGAIN = 5

AGENT = "{ id name capabilities presence lastSeenAt parent { name } sessions { label } rooms { name } tasks { id } }"
OTHER = "{ id title status ready stale unblocks assignee { name } objective { title progress } waitingOn { reason } }"
GOAL = f"""{{ id title status progress counts {{ total ready stale }} owner {AGENT} parent {{ title progress }}
    ancestors {{ title }} children {{ totalCount nodes {{ title progress }} }} subtree {{ title }}
    keyResults {{ title progress owner {{ name }} objective {{ title }} }}
    comments {{ totalCount nodes {{ body author {{ name }} }} }} }}"""
COMMENT = f"""{{ id kind body author {AGENT} handoff {{ done pending gotchas }} mentions {AGENT} task {{ title }}
    objective {{ title }} }}"""

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
LISTS_BELOW = """query ($first: Int!) { room { tasks(filter: {labels: ["page"]}, orderBy: CREATED, first: $first) {
    nodes {
      room { tasks(first: 3) { totalCount nodes { title } } }
      objective {
        tasks(first: 3, filter: {ready: true, assignee: "worker"}) { totalCount nodes { title } }
        deep: tasks(deep: true, orderBy: UPDATED, first: 3) { totalCount nodes { title subtasks { title } } }
      }
    } } } }"""


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
    """On one connection statements end in the order in which they were sent, so that a count is the same each time."""
    sent: list[str] = []
    database = await Database.connect(database_url, size=1, acquire_timeout=60)
    async with database.pool.acquire() as connection:
        connection.add_query_logger(lambda record: sent.append(record.query))
    yield Counted(database, sent)
    await database.close()


async def furnish(database: Database, world: World) -> Caller:
    """A room with a page of tasks on which there is everything that there can be; who may see it."""
    room = await world.room()
    skills = [f"skill-{n}" for n in range(TASKS)]
    worker = await world.agent("worker", rooms=[room], capabilities=skills)
    reviewers = [await world.agent(f"reviewer-{n}", rooms=[room]) for n in range(10)]
    names = [reviewers[n % 10].name for n in range(TASKS)]
    root = await world.objective(room, owner=worker.name)
    goals = [
        ids.of(ids.OBJECTIVE, one.id)
        for one in [await world.objective(room, parent=ids.of(ids.OBJECTIVE, root.id), owner=name) for name in names]
    ]
    measure = NewKeyResult(title="Users", target=9, owner=worker.name)
    measures = [await key_results.create(database, worker, goal, measure, None) for goal in goals]

    async def make(name: str, **each: list[Any]) -> list[str]:
        batch = [
            BatchTask(task=NewTask(title=f"{name} {n}", **{field: values[n] for field, values in each.items()}))
            for n in range(TASKS)
        ]
        made = await task_create.create_many(database, reviewers[0], None, batch, None)
        return [ids.of(ids.TASK, task.id) for task in made]

    page = await make(
        "Task",
        objective=goals,
        parent=await make("Parent", objective=goals),
        labels=[["page"]] * TASKS,
        capabilities=[[skill] for skill in skills],
        criteria=[["It works", "It is fast"]] * TASKS,
        reviewer=names,
        track=["line"] * TASKS,
        key_results=[[ids.of(ids.KEY_RESULT, one.id)] for one in measures],
    )
    blockers = await make("Blocker", objective=goals, assignee=names)
    await make("Part", parent=page)
    await make("Dependent", objective=goals, depends_on=[[one] for one in page])
    for task, blocker, goal, reviewer in zip(page, blockers, goals, reviewers * (TASKS // 10), strict=True):
        await claims.claim(database, worker, task, session="main")
        await dependencies.add(database, reviewer, task, blocker, DependencyKind.BLOCKS)
        await comment_mutations.add(database, reviewer, task, CommentKind.DECISION, "So be it, @worker.", None)
        await comment_mutations.add(database, reviewer, goal, CommentKind.NOTE, "Why.", None)
        handoff = NewHandoff(done="Half", pending="Half")
        await assignment.assign(database, worker, task, {"assignee": worker.name}, handoff=handoff)
    await database.execute(
        "insert into artifact (task_id, kind, url) select id, 'LINK', 'https://example.com' from task"
    )
    return worker


def empty(task: dict[str, Any]) -> set[str]:
    """The fields on which there is nothing, so that reading them proved nothing."""
    return {
        name for name, value in task.items()
        if value is None or value == [] or (isinstance(value, dict) and value.get("nodes") == [])
    }  # fmt: skip


async def test_a_page_costs_the_same_statements_whatever_its_size(
    database: Database, world: World, counted: Counted
) -> None:
    caller = await furnish(database, world)

    for document, most in ((PAGE, 100), (LISTS_BELOW, 20)):
        await counted.statements(caller, document, 1)
        costs = {first: await counted.statements(caller, document, first) for first in (1, 5, TASKS)}

        # What comes first decides whether the same is asked for once or twice; never how many tasks there are.
        assert set(costs[1]) == set(costs[5]) == set(costs[TASKS])
        counts = [len(cost) for cost in costs.values()]
        assert max(counts) <= min(counts) + _ASKED_AGAIN, costs
        assert max(counts) <= most


DASHBOARD = """query ($first: Int!) { room {
  tasks(first: $first) { nodes {
    id title status priority labels ready updatedAt assignee { name presence } lease { fence expiresAt agent { name } }
    waitingOn { kind reason task { id title assignee { name } } } } }
  counts { total ready doing } } }"""


async def answered(database: Database, token: str, document: str, first: int) -> dict[str, Any]:
    """As the server answers, which cuts long lists into time slices."""
    context = Context(database=database, feed=Feed(database), caller=await authenticate(database, token))
    operation = await Engine(schema, Limits(cost=10**7, run_seconds=300)).prepare(
        Request(document, {"first": first}), context
    )
    response = await operation.run()
    assert "errors" not in response
    data: dict[str, Any] = response["data"]
    return data


async def test_a_dashboards_page_costs_at_most_ten_statements(
    database: Database, world: World, counted: Counted
) -> None:
    room = await world.room()
    workers = [await world.agent(f"worker-{n}", rooms=[room]) for n in range(10)]
    token = await agents.issue_token(database, workers[0].agent_id, workers[0].role)
    first, then = [
        [BatchTask(task=NewTask(title=f"{name} {n}", assignee=workers[n % 10].name)) for n in range(100)]
        for name in ("First", "Then")
    ]
    made = await task_create.create_many(database, workers[0], None, first, None)
    later = [
        replace(one, task=replace(one.task, depends_on=[ids.of(ids.TASK, before.id)]))
        for one, before in zip(then, made, strict=True)
    ]
    await task_create.create_many(database, workers[0], None, later, None)
    for number, task in enumerate(made[:40]):
        await claims.claim(database, workers[number % 10], ids.of(ids.TASK, task.id))
    await answered(counted.database, token, DASHBOARD, 10)

    costs = {}
    for size in (10, 50, 200):
        counted.sent.clear()
        nodes = (await answered(counted.database, token, DASHBOARD, size))["room"]["tasks"]["nodes"]
        costs[size] = list(counted.sent)
        assert len(nodes) == size

    assert sum(len(node["waitingOn"]) for node in nodes) == 100
    assert sum(node["lease"] is not None for node in nodes) == 40
    assert {node["assignee"]["name"] for node in nodes} == {worker.name for worker in workers}
    assert max(map(len, costs.values())) <= 10, costs


async def test_a_briefing_costs_at_most_eight_statements(database: Database, world: World, counted: Counted) -> None:
    room = await world.room(require_review=True)
    worker, other = [await world.agent(name, rooms=[room]) for name in ("worker", "other")]
    token = await agents.issue_token(database, worker.agent_id, worker.role)
    for number in range(5):
        held, submitted = [await world.task(room, criteria=["It holds"]) for _ in range(2)]
        await claims.claim(database, worker, ids.of(ids.TASK, held.id))
        await claims.claim(database, other, ids.of(ids.TASK, submitted.id))
        rows = await q.criteria_of(database, task_id=submitted.id)
        met = [CriterionResult(id=ids.of(ids.CRITERION, row["id"]), met=True) for row in rows]
        done = Submission(summary="Done", criteria=met)
        await submissions.submit(database, other, ids.of(ids.TASK, submitted.id), done)
        await assignment.assign(database, other, ids.of(ids.TASK, submitted.id), {"reviewer": "worker"}, None)
        await message_send.send(database, other, NewMessage(to=["worker"], body=f"Hello {number}"), None)
        await world.task(room, depends_on=[ids.of(ids.TASK, held.id)], assignee="worker")
        await world.task(room)
    document = """{ briefing { cursor markdown tasks { id title } reviews { id } next { id } inbox { id kind summary }
                    proposals { id title } } }"""
    operation = await Engine(schema).prepare(
        Request(document, {}),
        Context(database=counted.database, feed=Feed(database), caller=await authenticate(counted.database, token)),
    )
    counted.sent.clear()
    await authenticate(counted.database, token)

    briefing = (await operation.run())["data"]["briefing"]

    assert [len(briefing[name]) for name in ("tasks", "reviews", "next")] == [10, 5, 5]
    assert len(briefing["inbox"]) >= 5
    assert len(counted.sent) <= 8, counted.sent


async def test_everything_of_a_page_costs_the_same_in_time_slices(
    database: Database, world: World, counted: Counted
) -> None:
    caller = await furnish(database, world)
    token = await agents.issue_token(database, caller.agent_id, caller.role)

    costs = []
    for size in (5, 5, 10, 20):
        counted.sent.clear()
        await answered(counted.database, token, PAGE, size)
        costs.append(len(counted.sent))

    # Where the first item has nothing, a later one asks for what it has, for all of them.
    assert max(costs[1:]) <= min(costs[1:]) + 10
    assert max(costs[1:]) <= 120


async def test_the_page_that_is_counted_has_everything_on_it(database: Database, world: World) -> None:
    caller = await furnish(database, world)

    answer = await ask(database, caller, PAGE, first=TASKS)

    assert answer.codes == []
    assert answer.data is not None
    nodes = answer.data["room"]["tasks"]["nodes"]
    assert len(nodes) == TASKS
    assert set.union(*map(empty, nodes)) == {
        "trackOrder", "quietUntil", "lastProgressAt", "notBefore", "dueAt", "estimateMinutes", "finishedAt",
    }  # fmt: skip


MESSAGES = f"""query ($first: Int!) {{ room {{ messages(first: $first) {{
  totalCount edges {{ cursor node {{ id }} }} nodes {{
    body from {AGENT} to {AGENT} mentions {AGENT} channel {{ name room {{ name }} }} room {{ name }}
    refs {{ id ... on Task {{ title }} ... on KeyResult {{ title }} ... on Objective {{ title }} }}
    replyTo {{ body }} replies(first: 3) {{ totalCount nodes {{ body from {{ name }} }} }} supersededBy {{ body }}
  }} }} }} }}"""


async def test_a_page_of_messages_costs_the_same_statements_whatever_its_size(
    database: Database, world: World, counted: Counted
) -> None:
    room = await world.room()
    ann, bob = [await world.agent(name, rooms=[room]) for name in ("ann", "bob")]
    goal = ids.of(ids.OBJECTIVE, (await world.objective(room)).id)
    measure = ids.of(
        ids.KEY_RESULT, (await key_results.create(database, ann, goal, NewKeyResult(title="n", target=1), None)).id
    )
    for number in range(15):
        task = ids.of(ids.TASK, (await world.task(room)).id)
        body = f"{number} @bob {task} {goal} {measure}"
        said = await message_send.send(database, ann, NewMessage(channel="ops", body=body), None)
        for place in (NewMessage(to=["bob"], body=body), NewMessage(reply_to=ids.of(ids.MESSAGE, said.id), body=body)):
            await message_send.send(database, ann, place, None)
        again = NewMessage(channel="ops", body=body, supersedes=ids.of(ids.MESSAGE, said.id))
        await message_send.send(database, ann, again, None)

    costs = []
    for first in (8, 8, 30, 60):
        counted.sent.clear()
        answer = await ask(counted.database, bob, MESSAGES, first=first)
        assert answer.codes == []
        assert answer.data is not None
        assert len(answer.data["room"]["messages"]["nodes"]) == first
        costs.append(sorted(counted.sent))

    assert costs[1] == costs[2] == costs[3]
    assert len(costs[1]) <= 40
