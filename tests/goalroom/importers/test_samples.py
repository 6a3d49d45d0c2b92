"""Real files of every source: each issue is placed or named, as their own readers say, and twice is once."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db.core.database import Database
from goalroom.importers.command import import_file
from tests.goalroom.importers.beads_check import check_follows_from_edges, contents
from tests.goalroom.importers.sample_readers import READERS, SAMPLES, Said

_TASKS = """
select id, substr(label, length($1) + 2) as key, title, objective_id, parent_id,
       status in ('DONE', 'CANCELLED') as finished
  from task cross join unnest(labels) as label where starts_with(label, $1 || ':')
"""
_OBJECTIVES = "select id, substring(description from '[^\\n]*$') as reference from objective"


async def bring(
    database: Database, source: str, path: Path, room: str = "sample", *, dry_run: bool = False
) -> tuple[list[str], list[str]]:
    """What the import says of what it made, and of what it could not place."""
    out, err = io.StringIO(), io.StringIO()
    await import_file(database, path, room, out, err, source, dry_run=dry_run)
    return [line.strip() for line in out.getvalue().splitlines()], err.getvalue().splitlines()


@pytest.mark.parametrize(("source", "name"), READERS, ids=lambda name: name)
async def test_a_sample_is_in_the_room_as_its_file_says(database: Database, source: str, name: str) -> None:
    said = READERS[source, name](SAMPLES / name)
    _, left_out = await bring(database, source, SAMPLES / name)

    await check_is_there(database, source, said, left_out)


async def check_is_there(database: Database, source: str, said: Said, left_out: list[str]) -> None:
    """Every issue is in the room as its file says it, or named."""
    tasks = {row["key"]: dict(row) for row in await database.fetch(_TASKS, source)}
    keys = {task["id"]: key for key, task in tasks.items()}
    objectives = {row["id"]: row["reference"] for row in await database.fetch(_OBJECTIVES)}
    assert {key: task["title"] for key, task in tasks.items()} == said.titles
    assert {key for key, task in tasks.items() if task["finished"]} == said.finished
    rows = await database.fetch("select task_id, depends_on_id from dependency where kind = 'BLOCKS'")
    assert {(keys[row["task_id"]], keys[row["depends_on_id"]]) for row in rows} == {
        edge for edge in said.blocks if set(edge) <= set(tasks)
    }
    for key, task in tasks.items():
        above = keys.get(task["parent_id"]) or objectives.get(task["objective_id"], "").removeprefix(f"{source}:")
        expected = said.below.get(key, "")
        assert above == expected or (expected not in tasks and any(expected in line for line in left_out)), key
    for waiting, on in said.blocks:
        assert on in tasks or any(waiting in line and on in line for line in left_out)
    await check_follows_from_edges(database)


@pytest.mark.parametrize(("source", "name"), READERS, ids=lambda name: name)
async def test_a_sample_twice_is_once(database: Database, source: str, name: str) -> None:
    first, left_out = await bring(database, source, SAMPLES / name)
    once = await contents(database)
    again, left_out_again = await bring(database, source, SAMPLES / name)

    assert await contents(database) == once
    assert again[1:5] == ["0 objectives", "0 tasks", "0 dependencies, 0 of them BLOCKS", "0 comments"]
    placed = sum(int(line.split()[0]) for line in first[1:3])
    assert again[6] == f"{placed} issues already there"
    assert set(left_out_again) <= set(left_out)


def _json(path: Path, edit: Callable[[Any], None]) -> None:
    content = json.loads(path.read_text("utf-8-sig"))
    edit(content)
    path.write_text(json.dumps(content), "utf-8")


def _texts(path: Path, *edits: tuple[str, str, str]) -> None:
    """In each file of this name, one text for the other."""
    for name, before, after in edits:
        (file,) = [path] if path.is_file() else path.rglob(name)
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), "utf-8")


def _change_github(path: Path) -> None:
    def edit(issues: Any) -> None:
        one, other = [issue for issue in issues if issue["state"] == "OPEN"][:2]
        one["title"], other["state"], other["stateReason"] = "Another title", "CLOSED", "COMPLETED"

    _json(path, edit)


def _change_linear(path: Path) -> None:
    """One of the two issues of a project goes to another, which is renamed."""

    def edit(issues: Any) -> None:
        in_one = [issue for issue in issues if _project(issue) == "Calendar Feature"]
        in_other = [issue for issue in issues if _project(issue) == "Navigation Cleanup"]
        for issue in in_other:
            issue["project"]["name"] = RENAMED
        in_one[0]["project"], in_one[1]["title"] = in_other[0]["project"], "Another title"
        in_other[1]["state"]["name"] = "Done"

    _json(path, edit)


def _project(issue: Any) -> str:
    return str((issue["project"] or {}).get("name", ""))


def _change_linear_csv(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["ID"]: row for row in csv.DictReader(file)}
    rows["CLA-1"]["Parent issue"], rows["CLA-7"]["Parent issue"] = "CLA-6", ""
    rows["CLA-8"]["Project"], rows["CLA-8"]["Title"] = "Claw Alpha", "Another title"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows["CLA-1"]))
        writer.writeheader()
        writer.writerows(rows.values())


def _change_taskmaster(path: Path) -> None:
    def edit(tags: Any) -> None:
        first, second, third, *_ = tags["master"]["tasks"]
        first["status"], second["title"], third["dependencies"] = "done", "Another title", [1]
        first["subtasks"][0]["status"] = "done"
        tags["next"] = {"tasks": [{**second, "id": 1, "dependencies": [], "subtasks": []}]}

    _json(path, edit)


def _change_backlog(path: Path) -> None:
    _texts(
        path,
        ("m-7 - *.md", "Agent CLI Workflow", RENAMED),
        ("back-590 - *.md", "priority: low", "milestone: m-7\npriority: low"),
        ("back-590 - *.md", "dependencies: []", "dependencies:\n  - BACK-591"),
        ("back-535.1 - *.md", "parent_task_id: BACK-535", "parent_task_id: BACK-521"),
        ("back-591 - *.md", "title: Decide how board", "title: How board"),
    )


RENAMED = "Under another name"
EDITS: dict[tuple[str, str], Callable[[Path], None]] = {
    ("backlog", "backlog"): _change_backlog,
    ("github", "github-issue-list.json"): _change_github,
    ("linear", "linear-issues.json"): _change_linear,
    ("linear", "linear-export.csv"): _change_linear_csv,
    ("taskmaster", "taskmaster-tasks.json"): _change_taskmaster,
}


@pytest.mark.parametrize(("source", "name"), EDITS, ids=lambda name: name)
async def test_a_sample_that_changed_brings_its_changes(
    database: Database, tmp_path: Path, source: str, name: str
) -> None:
    path = tmp_path / name
    (shutil.copytree if (SAMPLES / name).is_dir() else shutil.copy)(SAMPLES / name, path)
    await bring(database, source, path)
    objectives = await database.fetchval("select count(*) from objective")

    EDITS[source, name](path)
    again, left_out = await bring(database, source, path)

    await check_is_there(database, source, READERS[source, name](path), left_out)
    assert not any("issues of the room are not in the file any more" in line for line in again)
    if source == "backlog" or name.endswith("issues.json"):
        assert await database.fetchval("select count(*) from objective where title = $1", RENAMED) == 1
        assert await database.fetchval("select count(*) from objective") == objectives
    once = await contents(database)
    await bring(database, source, path)
    assert await contents(database) == once
