from pathlib import Path

import pytest

from db.core.enums import ObjectiveStatus, TaskStatus
from db.operations.import_plan import Known, Plan
from goalroom.command_error import CommandError
from goalroom.importers.command import read_file
from goalroom.importers.planner import plan
from tests.goalroom.importers.source_plans import by_ref, edges

TASK = """---
id: TASK-1
title: 'First: the frames'
status: To Do
assignee:
  - '@ann'
  - bob
reporter: '@cy'
created_date: '2026-01-02 03:04'
labels:
  - wood
milestone: m-1
dependencies:
  - task-2
priority: high
type: bug
ordinal: 1000
references:
  - https://example.org/x
---

## Description

<!-- SECTION:DESCRIPTION:BEGIN -->
Six of them.

## Not a section

of larch
<!-- SECTION:DESCRIPTION:END -->

## Acceptance Criteria
<!-- AC:BEGIN -->
- [x] #1 They stand level
- [ ] #2 They last
<!-- AC:END -->

## Definition of Done
<!-- DOD:BEGIN -->
- [x] #1 Swept
<!-- DOD:END -->

## Implementation Notes

Dear in spring.

## Risks

Rain.

## Comments

<!-- COMMENTS:BEGIN -->
author: @ann
created: 2026-01-03 04:05
---
Bring nails.
---

author: bob
created: 2026-01-04 04:05
---
No
---
nails.
---
<!-- COMMENTS:END -->

## Final Summary

Built.
"""


def folder(path: Path, **files: str | bytes) -> Path:
    """Files by their folders and names, with _ for what a name can't hold: tasks__a is tasks/a.md."""
    for name, content in files.items():
        file = path / f"{name.replace('__', '/')}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def task(key: str, more: str = "", body: str = "") -> str:
    return f"---\nid: {key}\ntitle: Title of {key}\n{more}---\n{body}"


def planned(path: Path) -> tuple[Plan, list[str]]:
    file = read_file(path, "backlog")
    return plan(file, Known()), list(file.complaints.lines())


def test_a_task_with_all_that_it_may_have(tmp_path: Path) -> None:
    made, said = planned(
        folder(
            tmp_path,
            tasks__one=TASK,
            tasks__two=task("TASK-2", "status: Done\nupdated_date: 2026-02-01\nmilestone: Autumn\n"),
            milestones__m1='---\nid: m-1\ntitle: "Autumn"\n---\n\n## Description\n\nBefore the rain.\n',
            milestones__readme="# Milestones\n",
        )
    )
    first = by_ref(made)["TASK-1"]
    assert said == ["tasks/one.md: 'ordinal' has no place here; this line alone has it."]
    assert (first.title, first.priority, first.status) == ("First: the frames", 1, TaskStatus.TODO)
    assert (first.assignee, first.creator, first.objective) == ("ann", "cy", "milestone/m-1")
    assert first.labels == ("backlog:TASK-1", "wood", "assignee:bob", "bug")
    assert first.criteria == (("They stand level", True), ("They last", False))
    assert (first.notes, str(first.created_at)) == ("Dear in spring.", "2026-01-02 03:04:00+00:00")
    assert first.description == (
        "Six of them.\n\n## Not a section\n\nof larch\n\n## Close reason\n\nBuilt.\n\n"
        "## Definition of done\n\n- [x] Swept\n\n## Risks\n\nRain.\n\n## References\n\n- https://example.org/x"
    )
    assert [(one.author, one.body, str(one.created_at)) for one in made.comments] == [
        ("ann", "Bring nails.", "2026-01-03 04:05:00+00:00"),
        ("bob", "No\n---\nnails.", "2026-01-04 04:05:00+00:00"),
    ]
    assert edges(made) == {("TASK-1", "TASK-2", "BLOCKS")}
    assert [(one.ref, one.title, one.description) for one in made.objectives] == [
        ("milestone/m-1", "Autumn", "Before the rain.\n\nbacklog:milestone/m-1")
    ]
    assert by_ref(made)["TASK-2"].objective == "milestone/m-1"


def test_subtasks_by_id_and_ids_in_other_forms(tmp_path: Path) -> None:
    (tmp_path / "backlog").mkdir()
    (tmp_path / "backlog" / "config.yml").write_text(
        'task_prefix: "back"\nstatuses: ["Idea", "To Do", "In Progress", "Review", "Shipped"]\n'
    )
    made, said = planned(
        folder(
            tmp_path / "backlog",
            tasks__a=task("BACK-10"),
            tasks__b=task("BACK-10.2", "status: Review\n"),
            tasks__c=task(
                "back-10.03", "parent_task_id: BACK-10\nstatus: shipped\ndependencies: [task-10.2, BACK-010.02]\n"
            ),
            tasks__d=task("BACK-9", "status: Idea\nmilestone: Spring\n"),
            completed__e=task("BACK-1", "status: Shipped\nmilestone: Old\n"),
            drafts__f=task("DRAFT-1"),
            archive__tasks__g=task("BACK-2"),
            tasks__h=task("BACK-11", "dependencies: BACK-2\nparent_task_id: BACK-99\n"),
        ).parent
    )
    tasks = by_ref(made)
    assert {key: one.parent for key, one in tasks.items() if one.parent} == {
        "BACK-10.2": "BACK-10",
        "BACK-10.03": "BACK-10",
    }
    assert {key: one.status for key, one in tasks.items() if one.status is not TaskStatus.TODO} == {
        "BACK-10.03": TaskStatus.DONE,
        "BACK-1": TaskStatus.DONE,
    }
    assert tasks["BACK-10.2"].labels == ("backlog:BACK-10.2", "Review")
    assert edges(made) == {("BACK-10.03", "BACK-10.2", "BLOCKS")}
    assert {one.ref: one.status for one in made.objectives} == {
        "milestone/Spring": ObjectiveStatus.ACTIVE,
        "milestone/Old": ObjectiveStatus.DONE,
    }
    assert said == ["tasks/h.md: BACK-11 is not below BACK-99: BACK-99 is not in the file."]
    assert read_file(tmp_path, "backlog").no_work == {"DRAFT-1": "draft", "BACK-2": "archived task"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("# No front matter\n", "it does not begin with front matter"),
        ("---\nid: [\n---\n", "its front matter is not YAML"),
        ("---\n- a\n---\n", "its front matter has no fields"),
        (f"---\nid: {'[' * 50_000}\n---\n", "its front matter is"),
        ("---\ntitle: A\n---\n", "it has no id"),
        ("---\nid: X-1\n---\n", "X-1 has no title"),
        (task("X-1").encode("utf-16"), ""),
        (task("X-1").encode("utf-8-sig"), ""),
        (task("X-1").replace("\n", "\r\n"), ""),
        (b"---\nid: X-1\ntitle: \xff\n---\n", "it is not UTF-8"),
        (b"", "it is empty"),
        (task("OK-1"), "OK-1 is on tasks/a.md already: the first counts"),
        (task("X-1", "status: Someday\n"), "status 'someday' is not known: X-1 is blocked"),
        (task("X-1", "status: [a]\n"), "status is not text"),
        (task("X-1", "labels: {a: b}\n"), "'labels' is neither text nor a list of texts"),
        (task("X-1", "priority: huge\n"), "priority is not a whole number from 0 to 4: 'huge'"),
        (task("X-1", "created_date: 31/12/2025\n"), "created_date is not a time"),
        (task("X-1", "dependencies: [X-1, gone-5]\n"), "GONE-5 is not in the file"),
        (task("X-1", "parent_task_id: X-1\n"), "below itself"),
        (task("X-1", 'title: "a\\0b"\n'), "title contains NUL"),
        (task("X-1", "", "## Description\n\n" + "x" * 70_000), "description of X-1 has 70000 characters"),
    ],
)
def test_a_file_that_is_wrong_is_said_and_costs_no_other(tmp_path: Path, content: str | bytes, complaint: str) -> None:
    made, said = planned(folder(tmp_path, tasks__a=task("OK-1"), tasks__b=content))
    assert "OK-1" in by_ref(made)
    assert all(line.startswith("tasks/b.md: ") and line.isprintable() for line in said)
    assert any(complaint in line for line in said) if complaint else "X-1" in by_ref(made)


def test_what_yaml_can_blow_up_stays_small(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    made, said = planned(folder(tmp_path, tasks__a=task("X-1", bomb + "labels: *a11\n")))
    assert list(by_ref(made)) == ["X-1"]
    assert "tasks/a.md: 'labels' is neither text nor a list of texts." in said


@pytest.mark.parametrize(
    ("files", "why"),
    [({}, "has a folder `tasks`"), ({"notes__a": "x"}, "has a folder `tasks`"), ({"tasks__a": "x"}, "front matter")],
)
def test_what_is_no_such_folder_is_one_line(tmp_path: Path, files: dict[str, str], why: str) -> None:
    with pytest.raises(CommandError) as error:
        planned(folder(tmp_path, **files))
    assert str(error.value).startswith(f"{tmp_path} is not a folder of Backlog.md: ")
    assert why in str(error.value)
    assert len(error.value.lines) == 1


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = folder(tmp_path, tasks__a=task("X-1")) / "tasks" / "a.md"
    with pytest.raises(CommandError, match="it is a file; give the folder"):
        read_file(path, "backlog")
    with pytest.raises(CommandError, match="`goalroom import backlog` reads it"):
        read_file(path, "github")
