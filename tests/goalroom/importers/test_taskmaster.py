from pathlib import Path
from typing import Any

import pytest

from db.core.enums import ObjectiveStatus, TaskStatus
from goalroom.command_error import CommandError
from goalroom.importers.command import read_file
from tests.goalroom.importers.source_plans import by_ref, edges, planned


def task(key: Any, **more: Any) -> dict[str, Any]:
    return {"id": key, "title": f"Title of {key}", "status": "pending", "dependencies": []} | more


def test_tags_tasks_and_subtasks(tmp_path: Path) -> None:
    made, said = planned(
        "taskmaster",
        tmp_path / "tasks.json",
        {
            "master": {
                "tasks": [
                    task(1, details="Dig.", testStrategy="It is deep.", priority="high", description="A hole"),
                    task(
                        2,
                        dependencies=[1, "1"],
                        subtasks=[task(1), task(2, dependencies=[1]), task(3, dependencies=["1", "2.2", 7, 3])],
                        complexityScore=5,
                    ),
                    task("3", status="review", dependencies=[2, "2.1", 9], priority="critical"),
                    task(4, status="cancelled"),
                    task(5, status="Someday"),
                ],
                "metadata": {"created": "2026-01-01T00:00:00Z", "description": "The garden"},
            },
            "old": {"tasks": [task(1, status="done", updatedAt="2026-02-01T00:00:00Z")]},
        },
    )
    tasks = by_ref(made)
    assert [(one.ref, one.title, one.status) for one in made.objectives] == [
        ("master", "master", ObjectiveStatus.ACTIVE),
        ("old", "old", ObjectiveStatus.DONE),
    ]
    assert made.objectives[0].description == "The garden\n\ntaskmaster:master"
    first = tasks["master/1"]
    assert first.description == "A hole\n\n## Details\n\nDig.\n\n## Test strategy\n\nIt is deep."
    assert (first.objective, first.priority) == ("master", 1)
    assert (tasks["master/2.2"].parent, tasks["master/2.2"].objective) == ("master/2", "master")
    assert tasks["master/3"].labels == ("taskmaster:master/3", "in-review")
    assert [tasks[f"master/{n}"].status for n in (4, 5)] == [TaskStatus.CANCELLED, TaskStatus.BLOCKED]
    assert str(tasks["old/1"].finished_at) == "2026-02-01 00:00:00+00:00"
    assert edges(made) == {
        ("master/2", "master/1", "BLOCKS"),
        ("master/2.2", "master/2.1", "BLOCKS"),
        ("master/2.3", "master/2.1", "BLOCKS"),
        ("master/2.3", "master/2.2", "BLOCKS"),
        ("master/3", "master/2", "BLOCKS"),
        ("master/3", "master/2.1", "BLOCKS"),
    }
    assert [line.partition(": ")[2] for line in said] == [
        "'complexityScore' has no place here; this line alone has it.",
        "master/2.3 does not depend on master/7 (blocks): master/7 is not in the file.",
        "master/2.3 does not depend on master/2.3 (blocks): a task can't depend on itself.",
        "master/3 does not depend on master/9 (blocks): master/9 is not in the file.",
        "status 'someday' is not known: master/5 is blocked.",
    ]


@pytest.mark.parametrize("place", ["tasks.json", "tasks/tasks.json", ".taskmaster/tasks/tasks.json"])
def test_a_file_without_tags_in_a_folder(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    planned("taskmaster", path, {"tasks": [task(1)], "meta": {"projectName": "x"}})
    assert set(read_file(tmp_path, "taskmaster").issues) == {"master", "master/1"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        ("[]", "it is JSON, but not an object with tags or tasks"),
        ("{}", "none of its tags has tasks"),
        ('{"master": {}}', "none of its tags has tasks"),
        ('{"tasks": []} {}', "it has more than one JSON value"),
        ('{"tasks": [', "it is not JSON"),
        ("[" * 100_000, "it is nested too deeply"),
        ('[{"number": 1, "title": "A"}]', "`goalroom import github` reads it"),
        ('{"id": "a", "title": "A", "status": "open", "issue_type": "bug"}', "`goalroom import beads` reads it"),
        ('{"tasks": []}', "none of its tags has tasks"),
    ],
)
def test_what_is_no_such_file_is_one_line(tmp_path: Path, content: Any, why: str) -> None:
    with pytest.raises(CommandError) as error:
        planned("taskmaster", tmp_path / "tasks.json", content)
    assert str(error.value).startswith(f"{tmp_path / 'tasks.json'} is not a file of task-master: ")
    assert why in str(error.value)
    assert len(error.value.lines) == 1


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (5, "it is not an object: 5"),
        ({"title": "A"}, "it has no id"),
        ({"id": 2}, "master/2 has no title"),
        (task(1), "master/1 is on line 4 already: the first counts"),
        (task(2, dependencies="1.5"), "master/1.5 is not in the file"),
        (task(2, dependencies=[None]), "a dependency"),
        (task(2, priority="huge"), "priority is not a whole number from 0 to 4: 'huge'"),
        (task(2, subtasks=5), "it is not an object: 5"),
        (task(2, title="a\0b"), "title contains NUL"),
    ],
)
def test_a_task_that_is_wrong_is_said_and_costs_no_other(tmp_path: Path, wrong: Any, complaint: str) -> None:
    made, said = planned("taskmaster", tmp_path / "tasks.json", {"master": {"tasks": [task(1), wrong]}})
    assert "master/1" in by_ref(made)
    assert any(complaint in line for line in said), said


def test_of_too_many_criteria_a_few_are_named(tmp_path: Path) -> None:
    criteria = "".join(f"- {n}\n" for n in range(50_000))
    made, said = planned("taskmaster", tmp_path / "tasks.json", {"tasks": [task(1, acceptanceCriteria=criteria)]})
    assert len(made.tasks[0].criteria) == 100
    assert said[0].endswith("has too many criteria: without '100'.")
    assert said[-1].endswith("has too many criteria: without 49890 others.")
    assert len(said) == 11
