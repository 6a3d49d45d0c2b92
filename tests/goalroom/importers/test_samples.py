"""Real files of every source: each issue is placed or named, as their own readers say, and twice is once."""

import io
from pathlib import Path

import pytest

from db.core.database import Database
from goalroom.importers.command import import_file
from tests.goalroom.importers.beads_check import check_follows_from_edges, contents
from tests.goalroom.importers.sample_readers import READERS, SAMPLES

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
