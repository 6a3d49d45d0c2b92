"""What `bench.operations` asks for: the calls that agents and dashboards make most, and the dear ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bench.http_load import NUMBER, Lane, Load
from bench.measured_server import MeasuredServer, Team
from bench.seeds import GoalTree, board, goal_tree, held_tasks, ready_tasks

ME = "{ me { id name } }"
TASK = """query($id: ID!) { task(id: $id) {
  id title description status priority labels ready attempts createdAt updatedAt } }"""
HEARTBEAT = "mutation { heartbeat { nextWithinSeconds leases { fence expiresAt task { id } } lost { id } } }"
SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id title status } }"
CREATE_MANY = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
COMPLETE = "mutation($input: SubmitTaskInput!) { completeTask(input: $input) { id status } }"
CLAIM = """mutation($input: ClaimNextTaskInput) { claimNextTask(input: $input) {
  task { id title } lease { fence expiresAt } } }"""
CLAIM_MANY = """mutation($input: ClaimNextTaskInput) { claimNextTasks(limit: 50, input: $input) {
  task { id title } lease { fence expiresAt } } }"""
PAGE = """query($room: ID) { room(room: $room) { counts { total ready doing blocked done } tasks(first: 50) { nodes {
  id title description status priority labels ready attempts createdAt updatedAt
  assignee { id name } lease { fence expiresAt } waitingOn { kind reason task { id title } }
} pageInfo { hasNextPage endCursor } } } }"""
BRIEFING = "query($room: ID) { briefing(room: $room) { cursor markdown } }"
COUNTS = "counts { total todo ready doing blocked validating done cancelled }"
ROOTS = f"""query($room: ID) {{ room(room: $room) {{ objectives(first: 50) {{ nodes {{
  id title status progress {COUNTS} }} }} }} }}"""
SUBTREE = """query($root: ID!) { objective(id: $root) { subtree(depth: 3) {
  id title status progress parent { id } } } }"""
CHILDREN = """query($room: ID, $root: ID!) { room(room: $room) { objectives(parent: $root, first: 200) { nodes {
  id title status progress } } } }"""
ONE_ROOT = f"query($root: ID!) {{ objective(id: $root) {{ progress {COUNTS} }} }}"
ROOM_COUNTS = f"query($room: ID) {{ room(room: $room) {{ {COUNTS} }} }}"
ANCESTORS = "query($leaf: ID!) { objective(id: $leaf) { ancestors { id title } } }"
READY = "query($room: ID) { readyTasks(room: $room, first: 20) { id title priority } }"
CREATE_OBJECTIVE = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"


class Scene:
    """The rooms of one server, each made when it is first needed. `seconds` is how long one measurement may ask."""

    def __init__(self, server: MeasuredServer, seconds: float, size: int) -> None:
        self.server, self.seconds, self.size = server, seconds, size

    @cached_property
    def talk(self) -> Team:
        return self.server.team("talk", 32, rooms=8)

    @cached_property
    def some_task(self) -> str:
        return f"T{held_tasks(self.server, self.talk, 1)[0][0]}"

    @cached_property
    def beats(self) -> Team:
        team = self.server.team("beat", 32)
        held_tasks(self.server, team, 1)
        return team

    @cached_property
    def new_tasks(self) -> Team:
        return self.server.team("new", 16)

    @cached_property
    def finishers(self) -> Team:
        return self.server.team("finish", 16)

    @cached_property
    def claimers(self) -> Team:
        return self.server.team("claim", 32)

    @cached_property
    def dispatchers(self) -> Team:
        return self.server.team("dispatch", 8)

    @cached_property
    def readers(self) -> Team:
        """Eight who read in a room where others are at work; each holds one task."""
        team = self.server.team("board", 8)
        board(self.server, team, self.server.team("worker", 50), self.size)
        held_tasks(self.server, team, 1)
        return team

    @cached_property
    def planners(self) -> Team:
        return self.server.team("tree", 8)

    @cached_property
    def tree(self) -> GoalTree:
        return goal_tree(self.server, self.planners, self.size)


@dataclass(frozen=True)
class Operation:
    """A call, for some numbers of connections. `tasks` is how many one request makes or claims."""

    name: str
    document: str
    lanes: Callable[[Scene, int], list[Lane]]
    connections: tuple[int, ...]
    wanted: str = '"data":{'
    tasks: int = 1

    def load(self, scene: Scene, connections: int) -> Load:
        return Load(self.document, self.lanes(scene, connections), self.wanted)


def each_member(team: Team, connections: int, variables: Callable[[Team, int], dict[str, Any]]) -> list[Lane]:
    """A connection of its own for each of so many members."""
    return [Lane(member.token, variables(team, n)) for n, member in enumerate(team.members[:connections])]


def in_room(team: Team, _n: int) -> dict[str, Any]:
    return {"room": team.room}


def _claims(scene: Scene, connections: int) -> list[Lane]:
    ready_tasks(scene.server, scene.claimers, int(6_000 * (scene.seconds + 1)))
    return each_member(scene.claimers, connections, lambda team, _: {"input": {"room": team.room}})


def _claims_of_many(scene: Scene, connections: int) -> list[Lane]:
    """As many requests as there are tasks for: above 10,000 tasks a second, the measurement is shorter."""
    each = max(int(200 * scene.seconds) // connections, 4)
    ready_tasks(scene.server, scene.dispatchers, 50 * each * connections)
    lanes = each_member(scene.dispatchers, connections, lambda team, _: {"input": {"room": team.room}})
    return [Lane(lane.token, lane.variables, range(each)) for lane in lanes]


def _completions(scene: Scene, connections: int) -> list[Lane]:
    """As many requests as there are tasks held: above 1,500 a second, the measurement is shorter."""
    team = replace(scene.finishers, members=scene.finishers.members[:connections])
    held = held_tasks(scene.server, team, max(int(1_500 * scene.seconds) // connections, 20))
    variables = {"input": {"task": f"T{NUMBER}", "summary": "Everything is done, and the tests are green."}}
    return [Lane(member.token, variables, tasks) for member, tasks in zip(team.members, held, strict=True)]


def _messages(rooms: int) -> Callable[[Scene, int], list[Lane]]:
    def message(team: Team, n: int) -> dict[str, Any]:
        body = "The build is green again; the cause was a missing index."
        return {"input": {"room": f"R{team.rooms[n % rooms]}", "channel": "general", "body": body}}

    return lambda scene, connections: each_member(scene.talk, connections, message)


def _batch(team: Team, _n: int) -> dict[str, Any]:
    return {"input": {"room": team.room, "tasks": [{"task": {"title": f"Task {n}"}} for n in range(100)]}}


def _in_tree(scene: Scene, connections: int, *names: str) -> list[Lane]:
    tree = scene.tree
    known = {"room": scene.planners.room, "root": tree.root, "leaf": tree.leaf}
    return each_member(scene.planners, connections, lambda _team, _n: {name: known[name] for name in names})


OPERATIONS = [
    Operation("me", ME, lambda scene, most: each_member(scene.talk, most, lambda *_: {}), (32,)),
    Operation(
        "task by id", TASK, lambda scene, most: each_member(scene.talk, most, lambda *_: {"id": scene.some_task}), (32,)
    ),
    Operation(
        "heartbeat, one lease",
        HEARTBEAT,
        lambda scene, most: each_member(scene.beats, most, lambda *_: {}),
        (1, 32),
        wanted='"fence"',
    ),
    Operation("sendMessage, one room", SEND, _messages(1), (1, 32)),
    Operation("sendMessage, eight rooms", SEND, _messages(8), (32,)),
    Operation(
        "createTask",
        CREATE,
        lambda scene, most: each_member(
            scene.new_tasks, most, lambda team, _: {"input": {"room": team.room, "title": "Find out why it is slow"}}
        ),
        (1, 16),
    ),
    Operation(
        "createTasks of 100",
        CREATE_MANY,
        lambda scene, most: each_member(scene.new_tasks, most, _batch),
        (1, 4),
        tasks=100,
    ),
    Operation("completeTask", COMPLETE, _completions, (1, 16)),
    Operation("claimNextTask", CLAIM, _claims, (1, 32), wanted='"fence"'),
    Operation("claimNextTasks(50)", CLAIM_MANY, _claims_of_many, (1, 8), wanted='"fence"', tasks=50),
    Operation("page of 50 tasks", PAGE, lambda scene, most: each_member(scene.readers, most, in_room), (1, 8)),
    Operation("briefing", BRIEFING, lambda scene, most: each_member(scene.readers, most, in_room), (1, 8)),
    Operation("roots of the goal tree", ROOTS, lambda scene, most: _in_tree(scene, most, "room"), (1,)),
    Operation("subtree, depth 3", SUBTREE, lambda scene, most: _in_tree(scene, most, "root"), (1,)),
    Operation("children of a root", CHILDREN, lambda scene, most: _in_tree(scene, most, "room", "root"), (1,)),
    Operation("roll-up of one root", ONE_ROOT, lambda scene, most: _in_tree(scene, most, "root"), (1,)),
    Operation("room counts", ROOM_COUNTS, lambda scene, most: _in_tree(scene, most, "room"), (1,)),
    Operation("ancestors of a leaf", ANCESTORS, lambda scene, most: _in_tree(scene, most, "leaf"), (1,)),
    Operation("readyTasks(20)", READY, lambda scene, most: _in_tree(scene, most, "room"), (1,)),
    Operation(
        "createObjective",
        CREATE_OBJECTIVE,
        lambda scene, most: each_member(
            scene.planners, most, lambda team, _: {"input": {"room": team.room, "title": "To know more"}}
        ),
        (6,),
    ),
]
