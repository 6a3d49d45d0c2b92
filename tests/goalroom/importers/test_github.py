import json
from pathlib import Path
from typing import Any

import pytest

from db.core.enums import ObjectiveStatus, TaskStatus
from goalroom.command_error import CommandError
from tests.goalroom.importers.source_plans import by_ref, edges, planned

WEB = "https://example.org/acme/site/issues/{}"


def issue(number: int, **more: Any) -> dict[str, Any]:
    """As `gh issue list --json` writes it."""
    return {"number": number, "title": f"Title of {number}", "body": "", "state": "OPEN"} | more


def test_what_gh_writes(tmp_path: Path) -> None:
    made, said = planned(
        "github",
        tmp_path / "issues.json",
        [
            issue(
                1,
                body="Rain gets in.",
                url=WEB.format(1),
                author={"login": "Ann-Lee", "is_bot": False},
                assignees=[{"login": "bob"}, {"login": "Cy"}],
                labels=[{"name": "bug", "color": "f00"}],
                milestone={"number": 3, "title": "Autumn", "description": "Before the rain.", "dueOn": "2026-10-01"},
                issueType={"name": "Bug"},
                createdAt="2026-01-02T03:04:05Z",
                comments=[{"author": {"login": "bob"}, "body": "Where?", "createdAt": "2026-01-03T00:00:00Z"}],
                blockedBy={"nodes": [{"number": 2, "url": WEB.format(2)}], "totalCount": 1},
                isPinned=True,
            ),
            issue(2, url=WEB.format(2), state="CLOSED", stateReason="COMPLETED", closedAt="2026-02-01T00:00:00Z"),
            issue(3, url=WEB.format(3), state="CLOSED", stateReason="NOT_PLANNED", closedAt="2026-02-01T00:00:00Z"),
            issue(4, url=WEB.format(4), blocking={"nodes": [{"number": 1, "url": WEB.format(1)}], "totalCount": 1}),
        ],
    )
    assert said == []
    tasks = by_ref(made)
    first = tasks["acme/site#1"]
    assert first.labels == ("github:acme/site#1", "bug", "assignee:cy")
    assert (first.creator, first.assignee, first.objective) == ("ann-lee", "bob", "acme/site/milestone/3")
    assert first.description == "Rain gets in.\n\n## Link\n\nhttps://example.org/acme/site/issues/1"
    assert str(first.created_at) == "2026-01-02 03:04:05+00:00"
    assert [(one.ref, one.title, str(one.due_at)[:10], one.status) for one in made.objectives] == [
        ("acme/site/milestone/3", "Autumn", "2026-10-01", ObjectiveStatus.ACTIVE)
    ]
    assert made.objectives[0].description == "Before the rain.\n\ngithub:acme/site/milestone/3"
    assert [(one.author, one.body, one.on) for one in made.comments] == [("bob", "Where?", "acme/site#1")]
    assert edges(made) == {
        ("acme/site#1", "acme/site#2", "BLOCKS"),
        ("acme/site#1", "acme/site#4", "BLOCKS"),
    }
    assert [(tasks[f"acme/site#{n}"].status, tasks[f"acme/site#{n}"].result) for n in (2, 3)] == [
        (TaskStatus.DONE, "completed"),
        (TaskStatus.CANCELLED, "not planned"),
    ]


def test_what_the_rest_api_writes(tmp_path: Path) -> None:
    web = "https://api.example.org/repos/acme/site/issues/{}"
    made, said = planned(
        "github",
        tmp_path / "issues.json",
        [
            {
                "number": 7,
                "title": "A",
                "body": None,
                "state": "closed",
                "state_reason": "duplicate",
                "html_url": WEB.format(7),
                "url": web.format(7),
                "user": {"login": "ann"},
                "comments": 2,
                "assignee": {"login": "bob"},
                "closed_at": "2026-02-01T00:00:00Z",
                "reactions": {"+1": 3},
                "issue_dependencies_summary": {"blocked_by": 1, "total_blocked_by": 1},
            },
            {"number": 8, "title": "B", "state": "open", "html_url": WEB.format(8), "parent_issue_url": web.format(7)},
            {"number": 9, "title": "C", "state": "open", "html_url": WEB.format(9), "pull_request": {"url": "x"}},
        ],
    )
    tasks = by_ref(made)
    assert tasks.keys() == {"acme/site#7", "acme/site#8"}
    assert (tasks["acme/site#7"].status, tasks["acme/site#7"].creator) == (TaskStatus.CANCELLED, "ann")
    assert tasks["acme/site#8"].parent == "acme/site#7"
    assert said == [
        "line 2: acme/site#7 waits for 1 issues, of which the file names 0.",
        "line 2: acme/site#7 has 2 comments, which the file only counts.",
        "line 2: 'reactions' has no place here; this line alone has it.",
    ]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda items: items,
        lambda items: [items],
        lambda items: {"data": {"repository": {"issues": {"nodes": items, "pageInfo": {"hasNextPage": False}}}}},
        lambda items: "".join(f"{json.dumps([item])}\n" for item in items),
        lambda items: "".join(json.dumps(item) for item in items),
        lambda items: json.dumps(items).encode("utf-16"),
        lambda items: json.dumps(items).encode("utf-8-sig"),
    ],
)
def test_what_issues_are_wrapped_in(tmp_path: Path, wrap: Any) -> None:
    made, said = planned("github", tmp_path / "issues.json", wrap([issue(1), issue(2)]))
    assert (sorted(by_ref(made)), said) == (["1", "2"], [])


def test_parts_are_said_from_either_end(tmp_path: Path) -> None:
    milestone = {"number": 1, "title": "M"}
    made, said = planned(
        "github",
        tmp_path / "issues.json",
        [
            issue(1, milestone=milestone, subIssues={"nodes": [{"number": 2}, {"number": 3}, {"number": 9}]}),
            issue(2, milestone=milestone),
            issue(3, parent={"number": 1, "title": "Title of 1"}),
            issue(4, parent={"number": 8}, milestone=milestone, blockedBy=[{"number": 5}, 1]),
        ],
    )
    assert {task.ref: (task.parent, task.objective) for task in made.tasks} == {
        "1": (None, "milestone/1"),
        "2": ("1", "milestone/1"),
        "3": ("1", "milestone/1"),
        "4": (None, "milestone/1"),
    }
    assert by_ref(made)["2"].labels == ("github:2", "milestone:M")
    assert edges(made) == {("4", "1", "BLOCKS")}
    assert said == [
        "line 2: 9 is not below 1: 9 is not in the file.",
        "line 45: 4 is not below 8: 8 is not in the file.",
        "line 45: 4 does not depend on 5 (blocks): 5 is not in the file.",
    ]


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("title", 5, "title is not text: 5"),
        ("title", None, "1 has no title"),
        ("body", ["x"], "body is not text"),
        ("body", "a\0b", "body contains NUL"),
        ("body", "x" * 70_000, "description of 1 has 70000 characters"),
        ("state", "MERGED", "status 'merged' is not known: 1 is blocked"),
        ("state", 5, "state is not text: 5"),
        ("labels", 5, "labels is not a list: 5"),
        ("labels", [{"name": ""}], "a label is text of 1 to 100"),
        ("labels", [{"name": "github:2"}], "a label says that 1 is another issue"),
        ("assignees", {"x": 1}, "assignees is not text"),
        ("assignees", [5], "assignees is not text: 5"),
        ("author", [], "author is not text"),
        ("milestone", "M", "'milestone' has no place here"),
        ("createdAt", "soon", "createdAt is not a time"),
        ("comments", 5, "1 has 5 comments, which the file only counts"),
        ("comments", [5], "a comment is not an object: 5"),
        ("comments", [{"body": ""}], "a comment has no body"),
        ("blockedBy", 5.5, "a dependency is not an object: 5.5"),
        ("blockedBy", [{"title": "x"}], "a dependency"),
        ("blockedBy", [{"number": 1}], "a task can't depend on itself"),
        ("parent", {"number": 1}, "below itself"),
        ("parent", True, "a dependency is not an object: True"),
        ("subIssues", {"nodes": [None]}, "a dependency"),
        ("number", "5", "number is not one of an issue: '5'"),
        ("number", None, "it has no number"),
        ("reactionGroups", [{"content": "HEART"}], "'reactionGroups' has no place here"),
    ],
)
def test_a_field_that_is_wrong_is_said_and_costs_no_other(
    tmp_path: Path, field: str, value: Any, complaint: str
) -> None:
    made, said = planned("github", tmp_path / "issues.json", [issue(1) | {field: value}, issue(2)])
    assert "2" in by_ref(made)
    assert any(complaint in line for line in said), said
    assert all(line.startswith("line ") and line.isprintable() for line in said)


def test_what_is_on_two_lines_counts_once(tmp_path: Path) -> None:
    made, said = planned(
        "github",
        tmp_path / "issues.json",
        [issue(1, updatedAt="2026-01-01T00:00:00Z"), issue(1, title="New", updatedAt="2026-01-02T00:00:00Z")],
    )
    assert [task.title for task in made.tasks] == ["New"]
    assert said == ["line 2: 1 is on line 9 again, which is newer: that counts."]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\x1f\x8b..", "it is compressed (gzip)"),
        (b"<html>", "it is HTML or XML"),
        (b"\xff\xfe{\0\0", "UTF-16"),
        (b'[{"number": 1, "title": "\xff"}]', "it is not UTF-8"),
        ("[" * 100_000, "it is nested too deeply"),
        ('[{"number": 1,', "it is not JSON"),
        ("[]", "nothing in it has a number and a title"),
        ('{"message": "Not Found", "status": "404"}', "nothing in it has a number and a title"),
        ('[{"number": 1}]', "nothing in it has a number and a title"),
        ('{"id": "a-1", "title": "A", "status": "open", "issue_type": "task"}\n', "`goalroom import beads` reads it"),
        ('[{"identifier": "A-1", "title": "A"}]', "`goalroom import linear` reads it"),
        ("ID,Team,Title,Description\nA-1,A,A,\n", "`goalroom import linear` reads it"),
        ('{"master": {"tasks": []}}', "`goalroom import taskmaster` reads it"),
        ('[{"number": 1, "title": "A", "pull_request": {}}]', "nothing in it is work: 1 of type pull request"),
    ],
)
def test_what_is_no_such_file_is_one_line(tmp_path: Path, content: Any, why: str) -> None:
    path = tmp_path / "issues.json"
    if content == '[{"number": 1, "title": "A", "pull_request": {}}]':
        content = content.replace("{}", '{"url": "x"}')
    with pytest.raises(CommandError) as error:
        planned("github", path, content)
    assert error.value.status == 1
    assert str(error.value).startswith(f"{path} is not a list of issues of GitHub: ")
    assert why in str(error.value)
    assert len(error.value.lines) == 1
