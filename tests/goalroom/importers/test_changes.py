"""The second run brings in what changed in the file, and never over what was changed in the room."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, DependencyKind, ObjectiveStatus, Role
from db.core.errors import AssignedToOther, NotReady, WrongStatus
from db.core.records import Room
from db.goals import objective_mutations
from db.operations import exports
from db.tasks import claims, comment_mutations, dependencies, task_cancel, task_progress, task_update
from tests.factories import World
from tests.goalroom.importers.beads_check import check_follows_from_edges, contents
from tests.goalroom.importers.test_beads import one, write
from tests.goalroom.importers.test_samples import bring
from tests.size import sized

ROOM = "garden"
LEFT = "line {}: {} was changed here and in the file: {} left as it is here."


async def beads(database: Database, path: Path, room: str = ROOM) -> tuple[list[str], list[str]]:
    return await bring(database, "beads", path, room)


async def boss(database: Database, world: World, name: str = "boss") -> Caller:
    room = Room.of(await one(database, "select * from room where name = $1", ROOM))
    return await world.agent(name, rooms=[room], role=Role.ADMIN)


async def key_of(database: Database, issue: str) -> str:
    key = await database.fetchval("select id from task where $1 = any(labels)", f"beads:{issue}")
    return f"T{key}"


async def task(database: Database, issue: str) -> dict[str, Any]:
    return await one(
        database,
        """select title, description, status, result, blocked_reason, priority, notes, estimate_minutes, ready,
                  (select name from agent where id = assignee_id) as assignee,
                  (select labels[1] from task whole where whole.id = task.parent_id) as parent,
                  finished_at is not null as finished from task where $1 = any(labels)""",
        f"beads:{issue}",
    )


async def log(database: Database, after: int) -> list[tuple[str, Any]]:
    rows = await database.fetch("select kind, data from event where id > $1 order by id", after)
    return [(row["kind"], row["data"]) for row in rows]


async def last_event(database: Database) -> int:
    found: int = await database.fetchval("select max(id) from event")
    return found


async def test_what_changed_in_the_file_is_brought_in(database: Database, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a", "title": "A", "priority": 1, "blocked_by": ["b"], "comments": [{"text": "One"}]},
        {"id": "b", "title": "B", "acceptance_criteria": "- one\n- two"},
        {"id": "c", "title": "C", "status": "closed", "close_reason": "Built", "blocked_by": ["b"]},
        {"id": "d", "title": "D"},
        {"id": "e", "title": "E", "issue_type": "epic", "description": "Old"},
        {"id": "f", "title": "F", "parent": "e", "status": "blocked"},
    ]
    await beads(database, write(tmp_path / "f", lines))
    last = await last_event(database)
    lines[0] |= {"title": "A2", "description": "New", "priority": 0, "blocked_by": ["d"], "assignee": "ann"}
    lines[0]["comments"].append({"text": "Two", "author": "bob"})
    lines[1] |= {"status": "closed", "close_reason": "Dug", "acceptance_criteria": "- one\n- three"}
    lines[2] |= {"status": "open", "close_reason": "", "blocked_by": []}
    lines[3] |= {"status": "wontfix", "close_reason": "No"}
    lines[4] |= {"title": "E2", "description": "New", "assignee": "ann", "due_at": "2999-01-01"}
    lines[5] |= {"status": "open"}
    said, left_out = await beads(database, write(tmp_path / "f", lines))

    assert left_out == []
    assert said[1:6] == ["0 objectives", "0 tasks", "1 dependencies, 1 of them BLOCKS", "1 comments", "2 agents"]
    assert said[8:] == ["6 issues changed as the file did", "2 dependencies taken away as in the file"]
    assert {name: value for name, value in (await task(database, "a")).items() if value not in ("", None)} == {
        "title": "A2",
        "description": "New",
        "status": "TODO",
        "priority": 0,
        "assignee": "ann",
        "ready": True,
        "finished": False,
    }
    for issue, status, result in (("b", "DONE", "Dug"), ("c", "TODO", ""), ("d", "CANCELLED", "No")):
        found = await task(database, issue)
        assert (found["status"], found["result"], found["finished"]) == (status, result, bool(result))
    assert (await task(database, "f"))["status"] == "TODO"
    criteria = await database.fetch("select text, met from criterion order by position")
    assert [tuple(row) for row in criteria] == [("one", True), ("three", True)]
    objective = await one(
        database,
        "select title, o.description, due_at::date::text, name from objective o join agent on agent.id = owner_id",
    )
    assert objective == {"title": "E2", "description": "New\n\nbeads:e", "due_at": "2999-01-01", "name": "ann"}
    bodies = await database.fetch("select body from comment order by id")
    assert [row["body"] for row in bodies] == ["One", "Two"]
    await check_follows_from_edges(database)
    kinds = [kind for kind, _ in await log(database, last)]
    assert sorted(kinds) == sorted(
        [
            *("AGENT_JOINED", "AGENT_JOINED", "DEPENDENCY_REMOVED", "DEPENDENCY_REMOVED", "DEPENDENCY_ADDED"),
            *("TASK_UPDATED", "TASK_ASSIGNED", "TASK_UPDATED", "TASK_DONE", "TASK_REOPENED", "TASK_CANCELLED"),
            *("TASK_UNBLOCKED", "TASK_UNBLOCKED", "TASK_UNBLOCKED", "OBJECTIVE_UPDATED", "COMMENT_ADDED"),
        ]
    )
    once = await contents(database)
    await beads(database, write(tmp_path / "f", lines))
    assert await contents(database) == once


async def test_what_was_changed_here_stays_and_is_said(database: Database, world: World, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [{"id": key, "title": key.upper(), "description": "Old"} for key in "abc"]
    await beads(database, write(tmp_path / "f", lines))
    admin = await boss(database, world)
    await task_update.update(database, admin, await key_of(database, "a"), {"title": "Here", "priority": 0})
    await task_cancel.cancel(database, admin, await key_of(database, "b"), "Not here")
    lines[0] |= {"title": "There", "description": "New", "priority": 2}
    lines[1] |= {"status": "closed", "acceptance_criteria": "- x"}
    path = write(tmp_path / "f", lines)
    for _ in range(2):
        said, left_out = await beads(database, path)
        a, b = await task(database, "a"), await task(database, "b")
        assert (a["title"], a["description"], a["priority"]) == ("Here", "New", 0)
        assert (b["status"], b["result"]) == ("CANCELLED", "")
        assert left_out == [LEFT.format(1, "a", "title"), LEFT.format(2, "b", "criteria, status")]
        assert said[-1] == "2 changes of the file left, because the room was changed too"
    lines[0] |= {"title": "Here"}
    _, left_out = await beads(database, write(tmp_path / "f", lines))
    assert left_out == [LEFT.format(2, "b", "criteria, status")]
    lines[0] |= {"title": "There again"}
    await beads(database, write(tmp_path / "f", lines))
    assert (await task(database, "a"))["title"] == "There again"


async def test_work_that_somebody_has_begun_is_not_taken_away(database: Database, world: World, tmp_path: Path) -> None:
    line: dict[str, Any] = {"id": "a", "title": "A", "assignee": "boss"}
    await beads(database, write(tmp_path / "f", [line]))
    admin = await boss(database, world)
    claimed = await claims.claim(database, admin, await key_of(database, "a"))
    line |= {"title": "A2", "status": "closed", "assignee": "ann"}
    _, left_out = await beads(database, write(tmp_path / "f", [line]))
    found = await task(database, "a")
    assert (found["title"], found["status"], found["assignee"]) == ("A2", "DOING", "boss")
    assert left_out == [LEFT.format(1, "a", "assignee, status")]
    assert claimed.fence == await database.fetchval("select fence from task")


async def test_who_waits_is_told_when_the_file_finishes_what_they_wait_for(
    database: Database, world: World, tmp_path: Path
) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a", "title": "A", "assignee": "boss", "blocked_by": ["b"]},
        {"id": "b", "title": "B"},
    ]
    await beads(database, write(tmp_path / "f", lines))
    await boss(database, world)
    lines[1] |= {"status": "closed"}
    await beads(database, write(tmp_path / "f", lines))
    items = await database.fetch("select kind, summary from inbox_item where kind = 'UNBLOCKED'")
    assert len(items) == 1
    assert (await task(database, "a"))["ready"]


async def test_an_edge_can_be_turned_round(database: Database, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [{"id": "a", "title": "A", "blocked_by": ["b"]}, {"id": "b", "title": "B"}]
    await beads(database, write(tmp_path / "f", lines))
    lines = [{"id": "a", "title": "A"}, {"id": "b", "title": "B", "blocked_by": ["a"]}]
    _, left_out = await beads(database, write(tmp_path / "f", lines))
    assert left_out == []
    edges = await database.fetch(
        "select t.title, o.title as on from dependency join task t on t.id = task_id"
        " join task o on o.id = depends_on_id"
    )
    assert [tuple(row) for row in edges] == [("B", "A")]


async def test_what_could_not_hold_is_tried_again_when_the_file_takes_an_edge_away(
    database: Database, tmp_path: Path
) -> None:
    a, b = {"id": "a", "title": "A", "blocked_by": ["b"]}, {"id": "b", "title": "B", "blocked_by": ["a"]}
    _, left_out = await beads(database, write(tmp_path / "f", [a, b]))
    assert left_out == ["line 2: b does not depend on a (blocks): it would close a cycle."]
    _, left_out = await beads(database, write(tmp_path / "f", [a | {"blocked_by": []}, b]))
    assert left_out == []
    rows = await database.fetch("select title from task join dependency on task_id = task.id")
    assert [row["title"] for row in rows] == ["B"]


async def test_an_objective_without_parts_follows_the_file(database: Database, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "e", "title": "E", "issue_type": "epic"},
        {"id": "g", "title": "G", "issue_type": "epic"},
        {"id": "t", "title": "T", "parent": "g"},
    ]
    await beads(database, write(tmp_path / "f", lines))
    for line in lines[:2]:
        line["status"] = "closed"
    _, left_out = await beads(database, write(tmp_path / "f", lines))
    statuses = {row["title"]: row["status"] for row in await database.fetch("select title, status from objective")}
    assert (statuses, left_out) == ({"E": "DONE", "G": "ACTIVE"}, [])
    lines[2]["status"] = "closed"
    await beads(database, write(tmp_path / "f", lines))
    assert await database.fetchval("select status from objective where title = 'G'") == "DONE"


async def test_an_objective_that_stands_is_not_done_by_a_file(database: Database, world: World, tmp_path: Path) -> None:
    line: dict[str, Any] = {"id": "e", "title": "E", "issue_type": "epic"}
    await beads(database, write(tmp_path / "f", [line]))
    key = await database.fetchval("select id from objective")
    await objective_mutations.update(database, await boss(database, world), f"O{key}", {"standing": True})
    _, left_out = await beads(database, write(tmp_path / "f", [line | {"title": "E2", "status": "closed"}]))
    assert left_out == []
    assert await database.fetchval("select title || status from objective") == "E2ACTIVE"


async def test_what_came_before_anything_was_remembered_is_left_and_said_once(
    database: Database, tmp_path: Path
) -> None:
    lines: list[dict[str, Any]] = [{"id": "a", "title": "A", "blocked_by": ["b"]}, {"id": "b", "title": "B"}]
    await beads(database, write(tmp_path / "f", lines))
    await database.execute("delete from imported")
    lines[0] |= {"title": "A2", "comments": [{"text": "Hi"}]}
    said, left_out = await beads(database, write(tmp_path / "f", lines))
    assert left_out == ["line 1: a came before imports were remembered, and is another here: title left as it is here."]
    assert said[6] == "2 issues already there"
    assert await database.fetchval("select count(*) from comment") == 0
    _, left_out = await beads(database, write(tmp_path / "f", lines))
    assert left_out == []
    lines[1] |= {"title": "B2"}
    await beads(database, write(tmp_path / "f", lines))
    assert (await task(database, "b"))["title"] == "B2"


async def test_an_id_is_found_without_its_label(database: Database, world: World, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [{"id": "a", "title": "A"}]
    await beads(database, write(tmp_path / "f", lines))
    admin = await boss(database, world)
    await task_update.update(database, admin, await key_of(database, "a"), {"labels": ["mine"]})
    said, _ = await beads(database, write(tmp_path / "f", [lines[0] | {"title": "A2"}]))
    assert (said[2], said[6]) == ("0 tasks", "1 issues already there")
    assert await database.fetchval("select title || labels::text from task") == "A2{mine}"


async def test_what_the_file_has_lost_stays_and_is_counted(database: Database, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]
    await beads(database, write(tmp_path / "f", lines))
    said, _ = await beads(database, write(tmp_path / "f", lines[:1]))
    assert said[-1] == "1 issues of the room are not in the file any more, and stay"
    assert await database.fetchval("select count(*) from task") == 2


async def places(database: Database) -> dict[str, tuple[str | None, str | None]]:
    """Of each task its objective and what it is a part of."""
    rows = await database.fetch(
        "select t.title, o.title as objective, p.title as parent from task t"
        " left join objective o on o.id = t.objective_id left join task p on p.id = t.parent_id"
    )
    return {row["title"]: (row["objective"], row["parent"]) for row in rows}


async def test_a_task_moves_as_in_the_file(database: Database, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "e", "title": "E", "issue_type": "epic"},
        {"id": "a", "title": "A", "parent": "e"},
        {"id": "b", "title": "B", "parent": "a"},
        {"id": "c", "title": "C", "status": "closed", "parent": "e"},
        {"id": "d", "title": "D", "parent": "c"},
    ]
    path = tmp_path / "f"
    await beads(database, write(path, lines))
    assert await places(database) == {"A": ("E", None), "B": ("E", "A"), "C": ("E", None), "D": ("E", "C")}
    lines.append({"id": "f", "title": "F", "issue_type": "epic"})
    lines[1]["parent"], lines[4]["parent"] = "f", "b"
    said, left_out = await beads(database, write(path, lines))
    assert (left_out, said[-1]) == ([], "2 issues changed as the file did")
    assert await places(database) == {"A": ("F", None), "B": ("F", "A"), "C": ("E", None), "D": ("F", "B")}
    statuses = await database.fetch("select title, status from objective order by title")
    assert [tuple(row) for row in statuses] == [("E", "DONE"), ("F", "ACTIVE")]
    await check_follows_from_edges(database)
    del lines[4]["parent"]
    lines[0]["parent"] = "f"
    _, left_out = await beads(database, write(path, lines))
    assert left_out == []
    assert (await places(database))["D"] == (None, None)
    assert await tree(database) == {"E": "F", "F": None}
    once = await contents(database)
    assert (await beads(database, path))[1] == left_out
    assert await contents(database) == once


async def tree(database: Database) -> dict[str, str | None]:
    """Of each objective what it is below."""
    rows = await database.fetch(
        "select o.title, above.title as above from objective o left join objective above on above.id = o.parent_id"
    )
    return {row["title"]: row["above"] for row in rows}


async def test_objectives_move_as_in_the_file_with_all_that_is_in_them(
    database: Database, world: World, tmp_path: Path
) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a", "title": "A", "issue_type": "epic"},
        {"id": "b", "title": "B", "issue_type": "epic", "parent": "a"},
        {"id": "c", "title": "C", "issue_type": "epic", "parent": "b"},
        {"id": "t", "title": "T", "parent": "c"},
        {"id": "d", "title": "D", "issue_type": "epic", "status": "closed"},
    ]
    path = tmp_path / "f"
    await beads(database, write(path, lines))
    last = await last_event(database)
    # A goes below what was its part and moves after it; B goes below a new one, C below one that is done.
    lines[0]["parent"], lines[1]["parent"], lines[2]["parent"] = "b", "n", "d"
    lines[1]["title"] = "B2"
    lines.append({"id": "n", "title": "N", "issue_type": "epic", "parent": "d"})
    said, left_out = await beads(database, write(path, lines))
    assert (left_out, said[-1]) == ([], "3 issues changed as the file did")
    assert await tree(database) == {"A": "B2", "B2": "N", "C": "D", "D": None, "N": "D"}
    moved = [data for kind, data in await log(database, last) if kind == "OBJECTIVE_MOVED"]
    keys = {row["title"]: f"O{row['id']}" for row in await database.fetch("select id, title from objective")}
    assert moved == [
        {"parent": keys["N"], "previous": keys["A"]},
        {"parent": keys["D"], "previous": keys["B2"]},
        {"parent": keys["B2"], "previous": None},
    ]
    statuses = await database.fetch("select title, status from objective order by title")
    assert [tuple(row) for row in statuses] == [
        *(("A", "ACTIVE"), ("B2", "ACTIVE"), ("C", "ACTIVE"), ("D", "ACTIVE"), ("N", "ACTIVE")),
    ]
    once = await contents(database)
    await beads(database, path)
    assert await contents(database) == once
    admin = await boss(database, world)
    await objective_mutations.move(database, admin, keys["C"], None)
    await objective_mutations.move(database, admin, keys["A"], keys["N"])
    del lines[2]["parent"]
    lines[0]["parent"] = "d"
    _, left_out = await beads(database, write(path, lines))
    assert left_out == [LEFT.format(1, "a", "place")]
    assert await tree(database) == {"A": "N", "B2": "N", "C": None, "D": None, "N": "D"}


async def test_an_objective_that_can_not_move_stays_and_is_said_until_it_can(
    database: Database, world: World, tmp_path: Path
) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a", "title": "A", "issue_type": "epic"},
        {"id": "b", "title": "B", "issue_type": "epic", "parent": "a"},
        {"id": "c", "title": "C", "issue_type": "epic"},
        {"id": "d", "title": "D", "issue_type": "epic"},
        {"id": "e", "title": "E", "issue_type": "epic"},
        {"id": "t", "title": "T"},
    ]
    path = tmp_path / "f"
    await beads(database, write(path, lines))
    admin = await boss(database, world)
    key = await database.fetchval("select id from objective where title = 'E'")
    await objective_mutations.update(database, admin, f"O{key}", {"status": ObjectiveStatus.CANCELLED})
    lines[0]["parent"], lines[2]["parent"], lines[3]["parent"] = "b", "t", "x"
    lines.append({"id": "x", "title": "X", "issue_type": "epic", "status": "wontfix"})
    before = await tree(database)
    expected = [
        "line 1: a is not moved below b: that would put it below itself.",
        "line 3: c is not moved below t: that is a task.",
        "line 4: d is not moved below x: that is cancelled.",
    ]
    for _ in range(2):
        _, left_out = await beads(database, write(path, lines))
        assert left_out == expected or left_out[:2] == expected[:2]
        assert await tree(database) == before | {"X": None}
    lines[2]["parent"] = "e"
    _, left_out = await beads(database, write(path, lines))
    assert "line 3: c is not moved below e: that was cancelled in the room." in left_out
    del lines[1]["parent"]
    lines[2]["parent"] = lines[3]["parent"] = "b"
    _, left_out = await beads(database, write(path, lines))
    assert left_out == []
    assert await tree(database) == {"A": "B", "B": None, "C": "B", "D": "B", "E": None, "X": None}


async def test_a_task_that_was_moved_here_or_would_wait_for_itself_stays(
    database: Database, world: World, tmp_path: Path
) -> None:
    lines: list[dict[str, Any]] = [{"id": key, "title": key.upper()} for key in "abcd"]
    lines[3]["blocked_by"] = ["c"]
    path = tmp_path / "f"
    await beads(database, write(path, lines))
    admin = await boss(database, world)
    await task_update.update(database, admin, await key_of(database, "a"), {"parent": await key_of(database, "b")})
    lines[0]["parent"] = lines[3]["parent"] = "c"
    _, left_out = await beads(database, write(path, lines))
    assert left_out == [LEFT.format(1, "a", "place"), "line 4: d is not moved below c: it would close a cycle."]
    assert (await places(database))["A"] == (None, "B")
    await check_follows_from_edges(database)


@pytest.mark.parametrize("there", [False, True])
async def test_a_dry_run_says_the_same_and_changes_nothing(
    database: Database,
    tmp_path: Path,
    there: bool,  # noqa: FBT001  # a case
) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a", "title": "A", "assignee": "ann"},
        {"id": "b", "title": "B", "blocked_by": ["a"]},
    ]
    if there:
        await beads(database, write(tmp_path / "f", lines))
        lines[0] |= {"title": "A2", "status": "closed", "comments": [{"text": "Hi", "author": "zoe"}]}
        lines[1] |= {"blocked_by": ["gone"]}
    before = await contents(database)
    ids = await database.fetchval("select last_value from task_id_seq")
    path = write(tmp_path / "f", lines)
    dry, dry_left_out = await bring(database, "beads", path, ROOM, dry_run=True)
    assert await contents(database) == before
    assert await database.fetchval("select last_value from task_id_seq") == ids
    said, left_out = await beads(database, path)
    assert dry[0] == f"Room {ROOM}, of which nothing was changed:"
    assert (dry[1:], dry_left_out) == (said[1:], left_out)
    assert await contents(database) != before


async def test_after_a_restore_a_second_run_changes_nothing(
    database: Database, migrated_database: str, tmp_path: Path
) -> None:
    lines: list[dict[str, Any]] = [{"id": "a", "title": "A", "blocked_by": ["b"]}, {"id": "b", "title": "B"}]
    path = write(tmp_path / "f", lines)
    await beads(database, path)
    exported = [line async for line in exports.lines(database, None)]
    connection = await asyncpg.connect(migrated_database)
    await exports.restore(connection, exported)
    await connection.close()
    there = await Database.connect(migrated_database, size=2)
    try:
        before = await contents(there)
        await beads(there, path)
        assert await contents(there) == before
        await beads(there, write(path, [lines[0] | {"title": "A2"}, lines[1]]))
        assert (await task(there, "a"))["title"] == "A2"
    finally:
        await there.close()


async def test_work_goes_on_while_a_file_comes_in(database: Database, world: World, tmp_path: Path) -> None:
    """Agents claim, and give back or finish, while every issue of the file changes: nobody's claim is written over."""
    lines: list[dict[str, Any]] = [{"id": f"i{n}", "title": "Old", "priority": 2} for n in range(60)]
    path = write(tmp_path / "f", lines)
    await beads(database, path)
    agents = [await boss(database, world, f"worker-{n}") for n in range(4)]
    for line in lines:
        line |= {"title": "New", "status": "closed", "assignee": "somebody"}
    write(path, lines)
    keys = [row["id"] for row in await database.fetch("select id from task order by id")]

    async def work(agent: Caller, mine: list[int]) -> list[int]:
        taken = []
        for key in mine:
            try:
                claimed = await claims.claim(database, agent, f"T{key}")
                await task_progress.write_notes(database, agent, f"T{key}", "Mine", append=False, fence=claimed.fence)
                taken.append(key)
            except (WrongStatus, NotReady, AssignedToOther):
                # The file was there first.
                continue
        return taken

    shares = [keys[n::4] for n in range(4)]
    coming = asyncio.create_task(beads(database, path))
    taken = await asyncio.gather(*(work(agent, share) for agent, share in zip(agents, shares, strict=True)))
    _, left_out = await coming
    held = sorted(key for keys_of_one in taken for key in keys_of_one)
    rows = await database.fetch("select id, status, notes, title, assignee_id from task order by id")
    assert [row["id"] for row in rows if row["status"] == "DOING"] == held
    assert all(row["notes"] == ("Mine" if row["status"] == "DOING" else "") for row in rows)
    assert {row["title"] for row in rows} == {"New"}
    assert len(left_out) <= len(held)
    await check_follows_from_edges(database)
    again, left_out = await beads(database, path)
    assert len(left_out) == len(held)
    assert "New" in (await task(database, "i0"))["title"], again


KEYS = "abcd"
FILE_EDITS = st.one_of(
    st.tuples(st.just("title"), st.sampled_from(KEYS), st.sampled_from(["X", "Y"])),
    st.tuples(st.just("priority"), st.sampled_from(KEYS), st.sampled_from([0, 1])),
    st.tuples(st.just("status"), st.sampled_from(KEYS), st.sampled_from(["closed", "wontfix"])),
    st.tuples(st.sampled_from(["edge", "parent"]), st.sampled_from(KEYS), st.sampled_from(KEYS)),
    st.tuples(st.just("comment"), st.sampled_from(KEYS), st.sampled_from(["Hi", "Ho"])),
)
ROOM_EDITS = st.one_of(
    st.tuples(st.just("title"), st.sampled_from(KEYS), st.sampled_from(["X", "Z"])),
    st.tuples(st.just("priority"), st.sampled_from(KEYS), st.sampled_from([0, 3])),
    st.tuples(st.just("status"), st.sampled_from(KEYS), st.just("")),
    st.tuples(st.sampled_from(["edge", "parent"]), st.sampled_from(KEYS), st.sampled_from(KEYS)),
    st.tuples(st.just("comment"), st.sampled_from(KEYS), st.just("Here")),
)
WORDS = {"open": "TODO", "closed": "DONE", "wontfix": "CANCELLED"}


@dataclass(slots=True)
class Board:
    """Four issues as a file has them, and the tasks as a room should; edges lead from the first to the second."""

    issues: dict[str, dict[str, Any]]
    edges: set[tuple[str, str]]
    comments: dict[str, list[str]] = field(default_factory=lambda: {key: [] for key in KEYS})

    def copy(self) -> "Board":
        comments = {key: list(said) for key, said in self.comments.items()}
        return Board({key: dict(issue) for key, issue in self.issues.items()}, set(self.edges), comments)

    def edit(self, what: str, key: str, value: Any) -> None:
        """Edges lead up the alphabet, and parents down, so that there are no circles."""
        if what == "comment":
            self.comments[key].append(value)
        elif what == "edge":
            self.edges ^= {(key, value)} if key < value else set()
        elif what != "parent" or value < key:
            self.issues[key][what] = value

    def lines(self) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in issue.items() if value != ""}
            | {"blocked_by": sorted(on for waiting, on in self.edges if waiting == key)}
            | {"comments": [{"text": text} for text in self.comments[key]]}
            for key, issue in self.issues.items()
        ]


async def edit_room(database: Database, admin: Caller, board: Board, what: str, key: str, value: Any) -> None:
    """Here and on the board."""
    reference = await key_of(database, key)
    if what == "comment":
        await comment_mutations.add(database, admin, reference, CommentKind.NOTE, value, None)
    elif what == "edge" and key < value:
        there = (key, value) in board.edges
        act = dependencies.remove if there else dependencies.add
        await act(database, admin, reference, await key_of(database, value), DependencyKind.BLOCKS)
    elif what == "status":
        value = "wontfix" if board.issues[key]["status"] == "open" else "open"
        act_on = task_cancel.cancel if value == "wontfix" else task_cancel.reopen
        await act_on(database, admin, reference, "Here")
    elif what == "parent" and value < key:
        if board.issues[value]["status"] != "open":
            # What has ended takes no subtask.
            return
        await task_update.update(database, admin, reference, {"parent": await key_of(database, value)})
    elif what in ("title", "priority"):
        await task_update.update(database, admin, reference, {what: value})  # type: ignore[misc]  # either is a field of it
    board.edit(what, key, value)


@settings(max_examples=sized(8, 25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.lists(FILE_EDITS, max_size=5),
    in_file=st.lists(FILE_EDITS, max_size=6),
    in_room=st.lists(ROOM_EDITS, max_size=6),
)
def test_whatever_was_changed_on_either_side(
    database_url: str, tmp_path: Path, start: list[Any], in_file: list[Any], in_room: list[Any]
) -> None:
    """The file's changes are taken, the room's stay, what both changed is said; and twice is once."""

    async def check() -> None:
        database = await Database.connect(database_url, size=2)
        await empty(database_url)
        plain = {key: {"id": key, "title": key, "priority": 2, "status": "open", "parent": ""} for key in KEYS}
        base = Board(plain, set())
        for edit in start:
            base.edit(*edit)
        await beads(database, write(tmp_path / "f", base.lines()))
        admin = await boss(database, World(database))
        room, file = base.copy(), base.copy()
        for what, key, value in in_room:
            await edit_room(database, admin, room, what, key, value)
        for edit in in_file:
            file.edit(*edit)
        path = write(tmp_path / "f", file.lines())
        _, left_out = await beads(database, path)

        expected, conflicts = merged(base, file, room)
        for key in KEYS:
            found = await task(database, key)
            wanted = expected.issues[key]
            assert (found["title"], found["priority"]) == (wanted["title"], wanted["priority"])
            assert found["status"] == WORDS[wanted["status"]]
            assert (found["parent"] or "")[-1:] == wanted["parent"]
        edges = await database.fetch(
            "select t.labels[1] as a, o.labels[1] as b from dependency join task t on t.id = task_id"
            " join task o on o.id = depends_on_id"
        )
        assert {(row["a"][-1], row["b"][-1]) for row in edges} == expected.edges
        bodies = await database.fetch(
            "select labels[1] as key, body from comment join task on task.id = task_id where comment.kind = 'NOTE'"
        )
        assert sorted((row["key"][-1], row["body"]) for row in bodies) == sorted(
            (key, text) for key in KEYS for text in expected.comments[key]
        )
        lines = {key: number for number, key in enumerate(KEYS, start=1)}
        assert left_out == [
            LEFT.format(lines[key], key, ", ".join(sorted(parts))) for key, parts in conflicts.items() if parts
        ]
        await check_follows_from_edges(database)
        once = await contents(database)
        await beads(database, path)
        assert await contents(database) == once
        await database.close()

    asyncio.run(check())


async def empty(url: str) -> None:
    """As it was before the first example."""
    connection = await asyncpg.connect(url, server_settings={"session_replication_role": "replica"})
    tables = await connection.fetch(
        "select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_migration'"
    )
    emptying = "; ".join(f"delete from {table['tablename']}" for table in tables)  # noqa: S608  # our own
    await connection.execute(emptying)
    await connection.close()


def merged(base: Board, file: Board, room: Board) -> tuple[Board, dict[str, list[str]]]:
    """The room as it should be then, and the parts of each issue that both changed to something else."""
    expected, conflicts = room.copy(), {key: list[str]() for key in KEYS}
    for key in KEYS:
        for part in ("title", "priority", "status", "parent"):
            was, said, here = (board.issues[key][part] for board in (base, file, room))
            if said in (was, here):
                continue
            if here == was:
                expected.issues[key][part] = said
            else:
                conflicts[key].append("place" if part == "parent" else part)
        expected.comments[key] += file.comments[key][len(base.comments[key]) :]
    expected.edges = (room.edges - (base.edges - file.edges)) | (file.edges - base.edges)
    return expected, conflicts
