"""Whatever stands in the files of other boards: each thing is placed or said in words, and nothing raises."""

import csv
import io
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from db.core import validation
from db.core.database import Database
from db.core.enums import DependencyKind
from db.operations.import_plan import Known, Plan
from goalroom.command_error import CommandError
from goalroom.importers.command import IMPORTERS, read_file
from goalroom.importers.planner import plan
from tests.goalroom.importers.beads_check import check_follows_from_edges, contents
from tests.goalroom.importers.sample_readers import SAMPLES
from tests.goalroom.importers.test_samples import bring
from tests.size import sized

LONG = "long " * 2_000_000
KEYS = ["1", "2", "3", "A-1", "A-2", "gone", "master", "1.2", 1, 2, 3, 9]
VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2**65),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=4),
    st.sampled_from(
        [
            *KEYS,
            "a\0b",
            "\x1b[2J",
            "2026-02-30",
            "2026-01-02 03:04",
            "github:2",
            "linear:A-2",
            "taskmaster:master/2",
            "done",
        ]
    ),
)
ANYTHING = st.recursive(
    VALUE, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some, max_size=3)
)


def items_of(names: Sequence[str], *, ids: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Items with some of these fields, each of anything; most have an id and a title."""
    usual = {"title": st.sampled_from(["A", "B"]) | ANYTHING, ids: st.sampled_from(KEYS)}
    links = st.sampled_from(KEYS).map(
        lambda key: {"number": key, "identifier": key, "id": key, "name": str(key), "title": "T"}
    )
    some = {name: ANYTHING | links | st.lists(links, max_size=3) for name in names}
    return st.lists(st.fixed_dictionaries(usual, optional=some), min_size=1, max_size=6)


GITHUB = items_of(
    [
        *("body", "state", "stateReason", "state_reason", "author", "user", "assignees", "assignee", "labels"),
        *("milestone", "comments", "createdAt", "closed_at", "updated_at", "url", "parent", "parent_issue_url"),
        *("subIssues", "blockedBy", "blocking", "issueType", "type", "pull_request", "issue_dependencies_summary"),
        *("line", "notes", "dependencies", "from_other_end", "under_headings", "parents", "closed"),
    ],
    ids="number",
)
LINEAR = items_of(
    [
        *("id", "description", "priority", "state", "project", "projectMilestone", "team", "labels", "parent", "cycle"),
        *("assignee", "creator", "createdAt", "completedAt", "canceledAt", "startedAt", "dueDate", "relations"),
        *("inverseRelations", "comments", "estimate", "blockedBy", "related", "duplicateOf", "url", "archivedAt"),
        *("line", "group", "under_headings", "roadmaps"),
    ],
    ids="identifier",
)
TASKMASTER = items_of(
    [
        *("description", "details", "testStrategy", "status", "priority", "dependencies", "subtasks", "labels", "tags"),
        *("createdAt", "updatedAt", "acceptanceCriteria", "assignee", "parent", "line", "is_tag", "metadata"),
    ],
    ids="id",
)
BACKLOG = items_of(
    [
        *("status", "assignee", "reporter", "created_date", "updated_date", "labels", "milestone", "dependencies"),
        *("references", "parent_task_id", "priority", "type", "ordinal", "line", "notes", "under_headings"),
    ],
    ids="id",
)


def readable(source: str, path: Path) -> Plan | None:
    """What is planned of the file, where it has anything: all that is said is words, and all of it can hold."""
    try:
        file = read_file(path, source)
    except CommandError as error:
        (line,) = error.lines
        if not line.startswith(f"{path} is not "):
            raise
        return None
    made = plan(file, Known())
    assert {*file.issues} == {task.ref for task in made.tasks} | {objective.ref for objective in made.objectives}
    for line in file.complaints.lines():
        assert line.isprintable()
        assert ": " in line
    waits: dict[Any, set[Any]] = defaultdict(set)
    for task in made.tasks:
        validation.title("title", task.title)
        for text in (task.description, task.notes, task.result, *(text for text, _ in task.criteria)):
            validation.text("text", text)
        validation.keys("labels", task.labels)
        assert 0 <= task.priority <= 3
        for name in {task.creator, task.assignee} - {None}:
            validation.agent_name(str(name))
        if task.parent is not None:
            waits[task.parent].add(task.ref)
    for edge in made.dependencies:
        if edge.kind is DependencyKind.BLOCKS:
            waits[edge.task].add(edge.on)
    TopologicalSorter(waits).prepare()
    return made


_FUZZ = settings(
    max_examples=sized(15, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_FUZZ
@given(items=GITHUB)
def test_github(tmp_path: Path, items: list[Any]) -> None:
    path = tmp_path / "issues.json"
    path.write_text(json.dumps(items))
    readable("github", path)


@_FUZZ
@given(items=LINEAR)
def test_linear(tmp_path: Path, items: list[Any]) -> None:
    path = tmp_path / "issues.json"
    path.write_text(json.dumps({"data": {"issues": {"nodes": items}}}))
    readable("linear", path)


COLUMNS = [
    "ID",
    "Title",
    "Status",
    "Priority",
    "Labels",
    "Parent issue",
    "Blocked by",
    "Created",
    "Project",
    "Completed",
]
CELLS = st.sampled_from(
    ["", "A-1", "A-2", "A-1, A-2", "x\ny", 'say "so"', "Tue Aug 99 2022 13:54:01 GMT+0000", "\0", "🦋"]
)


@_FUZZ
@given(rows=st.lists(st.lists(CELLS, max_size=len(COLUMNS) + 1), max_size=5))
def test_linear_tables(tmp_path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *rows])
    path = tmp_path / "export.csv"
    path.write_text(text.getvalue(), "utf-8")
    readable("linear", path)


@_FUZZ
@given(items=TASKMASTER, tag=st.text(max_size=3), metadata=ANYTHING)
def test_taskmaster(tmp_path: Path, items: list[Any], tag: str, metadata: Any) -> None:
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps({"master": {"tasks": items, "metadata": metadata}, tag: {"tasks": items[:1]}}))
    readable("taskmaster", path)


@_FUZZ
@given(items=BACKLOG, body=st.text("#-:ab \n<!>SECTIONCOMMENTSBEGINEND", max_size=60), config=ANYTHING)
def test_backlog(tmp_path: Path, items: list[Any], body: str, config: Any) -> None:
    for folder in ("tasks", "milestones"):
        (tmp_path / folder).mkdir(exist_ok=True)
        for old in (tmp_path / folder).glob("*.md"):
            old.unlink()
    for number, item in enumerate(items):
        folder = "milestones" if number == 3 else "tasks"
        front = yaml.safe_dump(item, allow_unicode=True)
        (tmp_path / folder / f"{number}.md").write_text(f"---\n{front}---\n{body}", "utf-8")
    (tmp_path / "config.yml").write_text(yaml.safe_dump({"statuses": config, "task_prefix": config}), "utf-8")
    readable("backlog", tmp_path)


@_FUZZ
@given(data=st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"[]")
@example(b"\x1c")
@example(b'{"nodes": [[[[{"number": 1}]]]]}')
@example(b'[{"number": 1e400, "title": "A", "identifier": "A-1"}]')
def test_bytes_of_any_kind(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    for source in IMPORTERS:
        readable(source, path)


SMALL: dict[str, Callable[[str], Any]] = {
    "github": lambda text: [{"number": 1, "title": "A", "body": "B", "comments": [{"body": text}]}],
    "linear": lambda text: [{"identifier": "A-1", "title": text, "labels": [{"name": "UX"}]}],
    "taskmaster": lambda text: {"master": {"tasks": [{"id": 1, "title": "A", "acceptanceCriteria": text}]}},
}


@pytest.mark.parametrize("source", SMALL)
async def test_texts_of_ten_megabytes_are_shortened_and_said(database: Database, tmp_path: Path, source: str) -> None:
    path = tmp_path / "big.json"
    path.write_text(json.dumps(SMALL[source](LONG)))
    began = time.process_time()
    said, left_out = await bring(database, source, path)
    assert time.process_time() - began < 20
    assert said[2] == "1 tasks"
    assert any("characters: cut" in line for line in left_out)
    assert all(len(line) < 300 for line in left_out)
    assert await database.fetchval("select length(title) <= 300 from task")


RING = 50
CYCLES: dict[str, Any] = {
    "github": [
        {
            "number": n,
            "title": "A",
            "parent": {"number": n % 3 + 1},
            "blockedBy": [{"number": n % RING + 1}, {"number": 999}],
        }
        for n in range(1, RING + 1)
    ],
    "linear": [
        {"identifier": f"A-{n}", "title": "A", "parent": f"A-{n % 3 + 1}", "blockedBy": [f"A-{n % RING + 1}", "A-999"]}
        for n in range(1, RING + 1)
    ],
    "taskmaster": {
        "tasks": [{"id": n, "title": "A", "dependencies": [n % RING + 1, 999, n]} for n in range(1, RING + 1)]
    },
}


@pytest.mark.parametrize("source", CYCLES)
async def test_circles_and_edges_to_what_is_not_there_are_said(database: Database, tmp_path: Path, source: str) -> None:
    path = tmp_path / "ring.json"
    path.write_text(json.dumps(CYCLES[source]))
    said, left_out = await bring(database, source, path)
    assert said[2] == f"{RING} tasks"
    assert sum("999 is not in the file" in line for line in left_out) == RING
    assert any("would close a cycle" in line for line in left_out)
    await check_follows_from_edges(database)
    once = await contents(database)
    await bring(database, source, path)
    assert await contents(database) == once


async def test_nothing_is_half_done_where_the_database_refuses(database: Database) -> None:
    """A room whose name can't be: refused before anything is written."""
    before = await contents(database)
    with pytest.raises(Exception, match="A name"):
        await bring(database, "github", SAMPLES / "github-issue-list.json", "R5")
    assert await contents(database) == before


async def test_thousands_of_issues(database: Database, tmp_path: Path) -> None:
    """In a time that grows with their number, a second time with one change, and a third with a change of each."""
    most = sized(300, 2_500)
    text = "Lorem ipsum dolor sit amet. " * 100
    issues: list[dict[str, Any]] = [
        {
            "number": n,
            "title": f"Issue {n}",
            "body": text,
            "state": "CLOSED" if n % 3 else "OPEN",
            "milestone": {"number": n % 20 + 1, "title": "M"},
            "parent": {"number": n - 1} if n % 5 == 0 else None,
            "blockedBy": [{"number": n * 7 % most + 1}],
            "comments": [{"author": {"login": f"p{n % 50}"}, "body": "Hi", "createdAt": "2026-01-01T00:00:00Z"}],
        }
        for n in range(1, most + 1)
    ]
    path = tmp_path / "many.json"
    for edit in (
        lambda: None,
        lambda: issues[7].update(title="New"),
        lambda: [one.update(body="New") for one in issues],
    ):
        edit()
        path.write_text(json.dumps(issues))
        began = time.monotonic()
        said, _ = await bring(database, "github", path)
        assert time.monotonic() - began < most / 20
    # As the import itself counted: autovacuum comes at any time, and sees none of its rows before they are committed.
    known = "select count(*), (select reltuples from pg_class where oid = 'task'::regclass) from task"
    count, believed = await database.fetchrow(known)
    assert believed == count
    assert f"{most} issues changed as the file did" in said
    assert await database.fetchval("select count(*) from task where description = 'New'") == most
    await check_follows_from_edges(database)
