import asyncio
import io
import json
from collections import defaultdict
from collections.abc import Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.core.database import Database
from db.core.enums import DependencyKind, ObjectiveStatus, Role
from db.core.errors import BadInput
from db.core.records import Room
from db.goal_tree.references import find_task
from db.goals import objective_mutations
from db.rooms import agents
from db.tasks import dependencies
from goalroom.command_error import CommandError
from goalroom.importers.command import import_file, read_file
from tests.factories import World
from tests.goalroom.importers.beads_check import BEST, OWN, check_follows_from_edges, contents
from tests.goals import finish
from tests.size import sized


async def bring(database: Database, path: Path, room: str | None = None) -> tuple[list[str], list[str]]:
    """What the import says of what it made, and of what it could not place."""
    out, err = io.StringIO(), io.StringIO()
    await import_file(database, path, room, out, err)
    return [line.strip() for line in out.getvalue().splitlines()], err.getvalue().splitlines()


def write(path: Path, issues: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(issue) + "\n" for issue in issues))
    return path


async def one(database: Database, query: str, *parameters: object) -> dict[str, Any]:
    row = await database.fetchrow(query, *parameters)
    return dict(row)


async def test_our_own_file_becomes_a_room(database: Database) -> None:
    said, left_out = await bring(database, OWN)
    assert said == [
        "Room garden:",
        "4 objectives",
        "9 tasks",
        "8 dependencies, 5 of them BLOCKS",
        "1 comments",
        "4 agents",
        "0 issues already there",
        "1 tombstones left out",
        "Not kept as it is:",
        "4 lines that give no issue of their own",
        "2 parents that do not hold",
        "2 dependencies that do not hold",
        "1 statuses that are not known",
        "5 values that are not what they should be, or too long",
    ]
    assert len(left_out) == 14
    await check_follows_from_edges(database)
    room = await one(database, "select * from room")
    assert (room["name"], room["require_done_criteria"], room["require_review"], room["require_handoff"]) == (
        "garden",
        False,
        False,
        False,
    )
    members = await database.fetch("select name, kind from agent join room_member on agent_id = id order by name")
    assert [tuple(row) for row in members] == [
        ("admin", "HUMAN"),
        ("agent-7th-hand", "AGENT"),
        ("garden-fern", "AGENT"),
        ("garden-moss", "AGENT"),
        ("moss", "AGENT"),
    ]


async def test_everything_that_a_line_says_is_kept(database: Database) -> None:
    await bring(database, OWN, "plot")
    task = await one(
        database,
        """select task.*, creator.name as creator, o.title as objective, parent.id as below,
                  (select array_agg(text order by position) from criterion where task_id = task.id) as criteria
             from task join agent creator on creator.id = creator_id left join objective o on o.id = objective_id
             left join task parent on parent.id = task.parent_id
            where 'beads:gd-4' = any(task.labels)""",
    )
    assert (task["title"], task["objective"], task["creator"]) == ("Build the frames", "Raised beds", "garden-fern")
    assert (task["description"], task["notes"]) == ("## Design\n\nLarch, no nails.", "Larch is dear in spring.")
    assert (task["estimate_minutes"], task["criteria"]) == (240, ["Six frames\nof larch", "They stand level"])
    assert [str(task[at]) for at in ("created_at", "updated_at")] == [
        "2026-01-05 09:00:00+00:00",
        "2026-01-06 09:00:00+00:00",
    ]
    done = await one(database, "select status, result, finished_at from task where 'beads:gd-3' = any(labels)")
    assert (done["status"], done["result"], str(done["finished_at"])) == (
        "DONE",
        "Harvested",
        "2026-01-09 12:00:00+00:00",
    )
    part = await one(database, "select parent_id, objective_id from task where 'beads:gd-4.1' = any(labels)")
    assert part == {"parent_id": task["id"], "objective_id": task["objective_id"]}
    comment = await one(
        database, "select body, name, comment.created_at from comment join agent on agent.id = author_id"
    )
    assert (comment["body"], comment["name"], str(comment["created_at"])) == (
        "The tap leaks.",
        "garden-moss",
        "2026-01-07 07:00:00+00:00",
    )
    kinds = await database.fetch("select kind, count(*) from event group by kind order by kind")
    assert {row["kind"]: row["count"] for row in kinds} == {
        "AGENT_JOINED": 5,
        "COMMENT_ADDED": 1,
        "DEPENDENCY_ADDED": 8,
        "OBJECTIVE_CREATED": 4,
        "ROOM_CREATED": 1,
        "TASK_BLOCKED": 2,
        "TASK_CREATED": 9,
        "TASK_DONE": 1,
    }


async def test_what_is_no_work_is_left_out_and_counted(database: Database, tmp_path: Path) -> None:
    kinds = ("event", "agent", "role", "message", "convoy", "slot", "wisp")
    lines = [
        *({"id": kind, "title": kind, "issue_type": kind, "status": "routed"} for kind in kinds),
        {"id": "told", "title": "Told", "type": "message", "blocked_by": ["a"], "parent": "convoy"},
        {"id": "gone", "title": "Gone", "type": "message", "status": "tombstone"},
        {"id": "a", "title": "A", "blocked_by": ["b", "slot"], "parent": "convoy"},
        {"id": "b", "title": "B", "type": "bug"},
    ]
    said, left_out = await bring(database, write(tmp_path / "town.jsonl", lines))
    assert said[2:4] == ["2 tasks", "1 dependencies, 1 of them BLOCKS"]
    assert said[7:] == [
        "1 tombstones left out",
        "1 of type agent left out",
        "1 of type convoy left out, with 1 dependencies",
        "1 of type event left out",
        "2 of type message left out, with 2 dependencies",
        "1 of type role left out",
        "1 of type slot left out, with 1 dependencies",
        "1 of type wisp left out",
    ]
    assert left_out == []
    titles = await database.fetch("select title from task where status = 'TODO' order by title")
    assert [row["title"] for row in titles] == ["A", "B"]


async def test_ids_of_any_text_are_found_again(database: Database, tmp_path: Path) -> None:
    lines = [
        {"id": "my epic", "title": "E", "issue_type": "epic"},
        {"id": "my project-a1", "title": "A", "parent": "my epic"},
        {"id": "a\nb" * 50, "title": "B", "blocked_by": "my project-a1"},
    ]
    said, left_out = await bring(database, write(tmp_path / "ids.jsonl", lines))
    assert (said[1:4], left_out) == (["1 objectives", "2 tasks", "1 dependencies, 1 of them BLOCKS"], [])
    once = await contents(database)
    again, _ = await bring(database, write(tmp_path / "ids.jsonl", lines))
    assert again[6] == "3 issues already there"
    assert await contents(database) == once


async def test_times_and_finished_states_reach_the_room(database: Database, tmp_path: Path) -> None:
    times = {"defer_until": "2999-01-01", "due_at": "2999-02-01", "started_at": "2026-01-01"}
    lines = [
        {"id": "a", "title": "A", **times},
        {"id": "b", "title": "B", "status": "wontfix", "closed_reason": "Too dear"},
        {"id": "c", "title": "C", "status": "routed"},
        {"id": "d", "title": "D", "status": "cancelled", "issue_type": "epic", "due_at": "2999-02-01"},
        {"id": "e", "title": "E", "dependencies": [{"depends_on_id": "b"}]},
    ]
    await bring(database, write(tmp_path / "times.jsonl", lines))
    rows = await database.fetch(
        """select title, status, ready, result, blocked_reason, not_before::date::text, due_at::date::text,
                  started_at::date::text, finished_at is not null as finished from task order by title"""
    )
    assert [tuple(row) for row in rows] == [
        ("A", "TODO", False, "", None, "2999-01-01", "2999-02-01", "2026-01-01", False),
        ("B", "CANCELLED", False, "Too dear", None, None, None, None, True),
        ("C", "BLOCKED", False, "", "Its status was 'routed' when it was imported.", None, None, None, False),
        ("E", "TODO", True, "", None, None, None, None, False),
    ]
    objective = await one(database, "select status, due_at::date::text, finished_at is not null as over from objective")
    assert objective == {"status": "CANCELLED", "due_at": "2999-02-01", "over": True}
    said = await database.fetch("select kind, data from event where kind in ('TASK_CANCELLED', 'OBJECTIVE_UPDATED')")
    assert {row["kind"]: row["data"] for row in said} == {
        "OBJECTIVE_UPDATED": {"changes": {"status": "CANCELLED"}},
        "TASK_CANCELLED": {"reason": "Too dear", "from": "TODO"},
    }


async def test_the_best_file_at_hand(database: Database) -> None:
    """The real one, where it is there: nothing drifts, and twice is the same as once."""
    said, left_out = await bring(database, BEST, "real")
    await check_follows_from_edges(database)
    file = read_file(BEST)
    issues = {row["ref"] for row in await database.fetch(_REFS)}
    assert issues == {f"beads:{key}" for key in file.issues}
    once = await contents(database)
    again, left_out_again = await bring(database, BEST, "real")
    assert await contents(database) == once
    assert again[1:6] == [f"0 {line.split(' ', 1)[1]}".replace("6 of", "0 of") for line in said[1:3]] + again[3:6]
    assert again[6] == f"{len(file.issues)} issues already there"
    assert set(left_out_again) <= set(left_out)


_REFS = """
select label as ref from task, unnest(labels) as label where label like 'beads:%'
union all
select substring(description from 'beads:[^\n]*$') from objective
"""


async def test_after_work_went_on_a_second_import_changes_nothing(database: Database, world: World) -> None:
    await bring(database, OWN)
    room = Room.of(await one(database, "select * from room where name = 'garden'"))
    worker = await world.agent("worker", rooms=[room], role=Role.ADMIN)
    key = await database.fetchval("select id from task where 'beads:gd-8' = any(labels)")
    await finish(database, worker, await find_task(database, worker, f"T{key}"))
    waiting = await one(
        database,
        "select task_id, depends_on_id from dependency where kind = 'BLOCKS' and depends_on_id in "
        "(select id from task where 'beads:gd-12' = any(labels))",
    )
    await dependencies.remove(
        database, worker, f"T{waiting['task_id']}", f"T{waiting['depends_on_id']}", DependencyKind.BLOCKS
    )
    before = await contents(database)
    await bring(database, OWN)
    assert await contents(database) == before


async def test_a_file_that_has_grown_adds_what_is_new(database: Database, tmp_path: Path) -> None:
    await bring(database, OWN)
    before = await contents(database)
    new = [
        {
            "id": "gd-20",
            "title": "Label the seeds",
            "assignee": "Newcomer",
            "dependencies": [
                {"depends_on_id": "gd-5", "type": "parent-child"},
                {"depends_on_id": "gd-8", "type": "blocks"},
                {"depends_on_id": "gd-2", "type": "blocks"},
            ],
        },
        {"id": "gd-21", "title": "Wash up", "dependencies": [{"depends_on_id": "gd-10", "type": "parent-child"}]},
        {"id": "gd-22", "title": "Tea", "dependencies": [{"depends_on_id": "gd-4.1", "type": "parent-child"}]},
    ]
    said, left_out = await bring(database, write(tmp_path / "more.jsonl", new), "garden")
    assert said[1:7] == [
        "0 objectives",
        "3 tasks",
        "4 dependencies, 4 of them BLOCKS",
        "0 comments",
        "1 agents",
        "0 issues already there",
    ]
    assert left_out == []
    await check_follows_from_edges(database)
    after = await contents(database)
    assert set(before["dependency"]) < set(after["dependency"])
    assert set(before["comment"]) == set(after["comment"])
    assert len(after["task"]) == len(before["task"]) + 3


async def test_a_label_of_the_file_can_t_take_the_place_of_an_issue(database: Database, tmp_path: Path) -> None:
    liar = {"id": "a", "title": "A", "labels": ["beads:b", "beads:a"]}
    _, left_out = await bring(database, write(tmp_path / "garden.jsonl", [liar]))
    assert left_out == ["line 1: a label says that a is another issue: 'beads:b'."]
    await bring(database, write(tmp_path / "garden.jsonl", [liar, {"id": "b", "title": "B"}]))
    rows = await database.fetch("select title, labels from task order by title")
    assert [tuple(row) for row in rows] == [("A", ["beads:a"]), ("B", ["beads:b"])]


async def test_what_was_made_in_the_room_explains_while_it_is_open(
    database: Database, world: World, tmp_path: Path
) -> None:
    epics = [{"id": key, "title": key, "issue_type": "epic"} for key in ("going", "over")]
    await bring(database, write(tmp_path / "garden.jsonl", epics))
    room = Room.of(await one(database, "select * from room where name = 'garden'"))
    worker = await world.agent("worker", rooms=[room])
    keys = {row["title"]: f"O{row['id']}" for row in await database.fetch("select id, title from objective")}
    await world.task(room, objective=keys["going"])
    await finish(database, worker, await world.task(room, objective=keys["over"]))
    blocked = [
        {"id": f"after-{key}", "title": key, "status": "blocked", "dependencies": [{"depends_on_id": key}]}
        for key in ("going", "over")
    ]
    _, left_out = await bring(database, write(tmp_path / "garden.jsonl", blocked))
    assert left_out == []
    rows = await database.fetch("select title, status from task where labels <> '{}'")
    assert {tuple(row) for row in rows} == {("going", "TODO"), ("over", "BLOCKED")}
    await check_follows_from_edges(database)


@pytest.mark.parametrize("state", ["CANCELLED", "DRAFT"])
async def test_new_parts_of_what_is_not_active(database: Database, world: World, tmp_path: Path, state: str) -> None:
    await bring(database, OWN)
    admin = await world.agent("boss", role=Role.ADMIN)
    key = await database.fetchval("select id from objective where title = 'Watering'")
    await objective_mutations.update(database, admin, f"O{key}", {"status": ObjectiveStatus(state)})
    new = [
        {"id": "n", "title": "New", "parent": "gd-5"},
        {"id": "e", "title": "E", "issue_type": "epic", "parent": "gd-5"},
    ]
    _, left_out = await bring(database, write(tmp_path / "garden.jsonl", new))
    task = await one(database, "select objective_id, ready from task where 'beads:n' = any(labels)")
    epic = await one(database, "select parent_id, in_draft from objective where title = 'E'")
    if state == "CANCELLED":
        assert (task["objective_id"], task["ready"], epic["parent_id"]) == (None, True, None)
        assert len(left_out) == 2
    else:
        assert (task["objective_id"], task["ready"], epic["in_draft"]) == (key, False, True)
        assert left_out == []


async def test_a_room_that_was_there_is_added_to(database: Database, world: World) -> None:
    room = await world.room("mine", require_review=True)
    await agents.ensure(database, "moss")
    said, _ = await bring(database, OWN, "mine")
    assert said[5] == "3 agents"
    assert (await one(database, "select id, require_review from room where name = 'mine'")) == {
        "id": room.id,
        "require_review": True,
    }


async def test_two_at_once_are_one(database: Database) -> None:
    await asyncio.gather(*(bring(database, OWN) for _ in range(4)))
    assert await database.fetchval("select count(*) from room where name = 'garden'") == 1
    assert await database.fetchval("select count(*) from task") == 9
    assert await database.fetchval("select count(*) from objective") == 4


async def test_a_room_has_a_room_s_name(database: Database) -> None:
    with pytest.raises(BadInput):
        await bring(database, OWN, "R5")
    assert await database.fetchval("select count(*) from room where name = 'R5'") == 0


KEYS = st.sampled_from(["a", "b c", "c", "d\n", "e", "gone"])
EDGES = st.lists(
    st.fixed_dictionaries(
        {
            "depends_on_id": KEYS,
            "type": st.sampled_from(
                ["blocks", "parent-child", "parent_child", "related", "discovered-from", "odd", ""]
            ),
        }
    ),
    max_size=4,
)
ANYTHING = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
ISSUES = st.fixed_dictionaries(
    {"id": KEYS, "title": st.text("ab \0", max_size=4)},
    optional={
        "status": st.sampled_from(["open", "closed", "blocked", "hooked", "pinned", "tombstone", "wontfix", "odd"]),
        "issue_type": st.sampled_from(["epic", "task", "bug"]),
        "priority": st.integers(-1, 5) | ANYTHING,
        "assignee": ANYTHING,
        "created_by": st.text(max_size=5),
        "owner": st.text(max_size=5) | ANYTHING,
        "labels": st.lists(st.text(max_size=3) | KEYS.map("beads:{}".format), max_size=3) | ANYTHING,
        "created_at": st.datetimes().map(str) | ANYTHING,
        "acceptance_criteria": st.text("-* \nab", max_size=12),
        "comments": st.lists(
            st.fixed_dictionaries({"author": st.text(max_size=3), "text": st.text(max_size=3)}), max_size=2
        ),
        "dependencies": EDGES | ANYTHING,
        "parent": KEYS,
    },
)


def has_work(lines: list[Any]) -> bool:
    """Whether there is an issue that is no tombstone; of several with one id the first counts."""
    first: dict[str, Any] = {}
    for line in lines:
        if isinstance(line, dict) and line["title"].strip("\0 "):
            first.setdefault(line["id"], line)
    return any(line.get("status") != "tombstone" for line in first.values())


@settings(max_examples=sized(15, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(issues=st.lists(ISSUES | ANYTHING, max_size=9), more=st.lists(ISSUES, max_size=4))
def test_whatever_is_in_a_file(database_url: str, tmp_path: Path, issues: list[Any], more: list[Any]) -> None:
    """Nothing raises, every line is placed or said, nothing waits for itself, nothing drifts, twice is once."""

    async def check() -> None:
        database = await Database.connect(database_url, size=2)
        rooms = await database.fetchval("select count(*) from room")
        name = f"room-{rooms}"
        for content in (issues, issues + more):
            path = write(tmp_path / "file.jsonl", content)
            if not has_work(content):
                with pytest.raises(CommandError):
                    await bring(database, path, name)
                continue
            _, left_out = await bring(database, path, name)
            file = read_file(path)
            refs = {row["ref"] for row in await database.fetch(_REFS_OF, name)}
            assert {f"beads:{key}" for key in file.issues} <= refs
            placed = {issue.line for issue in file.issues.values()} | set(file.tombstones.values())
            said = {int(line.removeprefix("line ").split(":")[0]) for line in left_out if line.startswith("line ")}
            assert placed | said == set(range(1, len(content) + 1))
            assert all(line.startswith("line ") for line in left_out)
            waits = defaultdict(set)
            for row in await database.fetch(_WAITS):
                waits[row["task"]].add(row["waits"])
            TopologicalSorter(waits).prepare()
            await check_follows_from_edges(database)
            once = await contents(database)
            await bring(database, path, name)
            assert await contents(database) == once
        await database.close()

    asyncio.run(check())


_REFS_OF = """
select label as ref from room join task on room_id = room.id, unnest(labels) as label where name = $1
union all
select substring(description from 'beads:[^\n]*$') from room join objective on room_id = room.id where name = $1
"""
_WAITS = """
select task_id as task, depends_on_id as waits from dependency where kind = 'BLOCKS'
union all select parent_id, id from task where parent_id is not null
"""
