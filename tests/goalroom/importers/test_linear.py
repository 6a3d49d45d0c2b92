import csv
import io
from pathlib import Path
from typing import Any

import pytest

from db.core.enums import TaskStatus
from goalroom.command_error import CommandError
from tests.goalroom.importers.source_plans import by_ref, edges, planned


def table(*rows: dict[str, str]) -> str:
    """As Linear's CSV export."""
    columns = [
        "ID",
        "Team",
        "Title",
        *dict.fromkeys(name for row in rows for name in row if name not in ("ID", "Title")),
    ]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, quoting=csv.QUOTE_ALL, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_a_table(tmp_path: Path) -> None:
    made, said = planned(
        "linear",
        tmp_path / "export.csv",
        table(
            {
                "ID": "A-1",
                "Title": "First",
                "Description": 'Two\nlines, "so"',
                "Status": "In Review",
                "Priority": "Urgent",
                "Labels": "Bug, UI",
                "Project": "Alpha",
                "Milestone": "Beta",
                "Estimate": "3",
                "Creator": "ann@example.org",
                "Assignee": "bob@example.org",
                "Cycle Name": "Cycle 1",
                "Created": "Tue Aug 23 2022 13:54:01 GMT+0200 (CEST)",
                "Due Date": "2022-09-01",
                "Parent issue": "",
                "Blocked by": "A-3, A-9",
                "Related to": "A-2",
                "Cycle Number": "1",
            },
            {
                "ID": "A-2",
                "Title": "Second",
                "Status": "Done",
                "Completed": "2022-09-01T00:00:00Z",
                "Parent issue": "A-1",
            },
            {"ID": "A-3", "Title": "Third", "Status": "Shaping", "SLA Status": "Breached"},
            {"ID": "A-4", "Title": "Fourth", "Status": "Shaping", "Started": "2022-09-01T00:00:00Z"},
        ),
    )
    tasks = by_ref(made)
    first = tasks["A-1"]
    assert first.labels == ("linear:A-1", "Bug", "UI", "in-review", "cycle:Cycle 1", "estimate:3")
    assert (first.priority, first.creator, first.assignee) == (0, "ann-example-org", "bob-example-org")
    assert (first.description, first.objective) == ('Two\nlines, "so"', "project/Alpha/milestone/Beta")
    assert (str(first.created_at), str(first.due_at)) == ("2022-08-23 13:54:01+02:00", "2022-09-01 00:00:00+00:00")
    assert [(one.ref, one.parent) for one in made.objectives] == [
        ("project/Alpha", None),
        ("project/Alpha/milestone/Beta", "project/Alpha"),
    ]
    assert (tasks["A-2"].parent, tasks["A-2"].status) == ("A-1", TaskStatus.DONE)
    assert (tasks["A-3"].status, tasks["A-4"].status) == (TaskStatus.BLOCKED, TaskStatus.TODO)
    assert tasks["A-4"].labels == ("linear:A-4", "Shaping")
    assert edges(made) == {("A-1", "A-3", "BLOCKS"), ("A-1", "A-2", "RELATED")}
    assert said == [
        "line 2: A-1 does not depend on A-9 (blocks): A-9 is not in the file.",
        "line 5: status 'shaping' is not known: A-3 is blocked.",
        "line 5: 'SLA Status' has no place here; this line alone has it.",
    ]


def test_what_the_api_writes(tmp_path: Path) -> None:
    made, said = planned(
        "linear",
        tmp_path / "issues.json",
        {
            "data": {
                "issues": {
                    "nodes": [
                        {
                            "id": "u1",
                            "identifier": "A-1",
                            "title": "One",
                            "priority": 4,
                            "state": {"name": "Soon", "type": "backlog"},
                            "labels": {"nodes": [{"name": "UX"}]},
                            "creator": {"name": "Ann", "email": "ann@example.org"},
                            "parent": None,
                            "relations": {"nodes": [{"type": "blocks", "relatedIssue": {"identifier": "A-2"}}]},
                            "inverseRelations": {"nodes": [{"type": "blocks", "issue": {"id": "u3"}}]},
                            "comments": {"nodes": [{"body": "Hi", "user": {"name": "bob"}, "createdAt": "2026-01-01"}]},
                        },
                        {
                            "id": "u2",
                            "identifier": "A-2",
                            "title": "Two",
                            "priority": 0,
                            "project": {"name": "P"},
                            "dueDate": "2026-05-01",
                            "canceledAt": "2026-02-01T00:00:00Z",
                        },
                        {
                            "id": "u3",
                            "identifier": "A-3",
                            "title": "Three",
                            "projectMilestone": {"name": "M"},
                            "relations": {"nodes": [{"type": "duplicate", "relatedIssue": {"id": "u2"}}]},
                        },
                        {"id": "u4", "identifier": "A-4", "title": "Four", "parent": {"id": "u1"}},
                    ]
                }
            }
        },
    )
    tasks = by_ref(made)
    assert said == []
    assert (tasks["A-1"].priority, tasks["A-2"].priority) == (3, 2)
    assert tasks["A-1"].labels == ("linear:A-1", "UX", "backlog")
    assert (tasks["A-4"].parent, tasks["A-2"].status) == ("A-1", TaskStatus.CANCELLED)
    assert tasks["A-3"].objective == "milestone/M"
    assert [(one.author, one.body) for one in made.comments] == [("bob", "Hi")]
    assert edges(made) == {("A-3", "A-2", "DUPLICATES"), ("A-1", "A-3", "BLOCKS"), ("A-2", "A-1", "BLOCKS")}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "it is empty"),
        ("Name,Age\nx,5\n", "its first line has no columns ID and Title: 'Name,Age'"),
        ('ID,Title\nA-1,"open', "it is not CSV"),
        ("[]", "nothing in it has an identifier"),
        ('[{"title": "A", "number": 5}]', "`goalroom import github` reads it"),
        ("[" * 100_000, "it is nested too deeply"),
        ("ID,Title\n", "it holds no issue"),
    ],
)
def test_what_is_no_such_file_is_one_line(tmp_path: Path, content: Any, why: str) -> None:
    with pytest.raises(CommandError) as error:
        planned("linear", tmp_path / "export.csv", content)
    assert str(error.value).startswith(f"{tmp_path / 'export.csv'} is not an export of Linear: ")
    assert why in str(error.value)
    assert len(error.value.lines) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = table({"ID": "A-1", "Title": "Größe\n飯"})
    made, said = planned("linear", tmp_path / "export.csv", text.encode(encoding))
    assert ([task.title for task in made.tasks], said) == (["Größe\n飯"], [])


def test_rows_that_are_wrong_are_said_and_cost_no_other(tmp_path: Path) -> None:
    made, said = planned(
        "linear",
        tmp_path / "export.csv",
        "ID,Team,Title,Priority,Created,Due Date\n"
        'A-1,T,"Two\nlines",Highest,soon,\n'
        ",T,No id,,,\n"
        "\n"
        "A-2,T,,,,\n"
        "A-3,T,Too,many,cells,,,\n"
        "A-1,T,Again,,,\n"
        "A-4,T,Fine,Low,2026-01-01 10:00,\n",
    )
    assert [task.ref for task in made.tasks] == ["A-1", "A-4"]
    assert said == [
        "line 2: priority is not a whole number from 0 to 4: 'Highest'.",
        "line 2: created_at is not a time in the years 1970 to 9998: 'soon'.",
        "line 4: it has no identifier such as ABC-1: ''.",
        "line 6: A-2 has no title.",
        "line 7: it has 8 cells, and the first line 6.",
        "line 8: A-1 is on line 2 already: the first counts.",
    ]
