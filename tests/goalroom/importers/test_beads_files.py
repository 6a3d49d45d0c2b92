import bz2
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db.core.database import Database
from db.operations.import_plan import Known
from goalroom.command_error import CommandError
from goalroom.importers.command import read_file
from goalroom.importers.issues import File
from goalroom.importers.planner import plan
from tests.goalroom.importers.beads_check import BEST, OWN
from tests.goalroom.importers.test_beads import bring

ISSUES = [
    {"id": "x", "title": "Löschen 飯", "status": "open"},
    {"id": "y", "title": "Y", "status": "open", "blocked_by": ["x"]},
]
LINES = "".join(json.dumps(issue, ensure_ascii=False) + "\n" for issue in ISSUES)
ARRAY = json.dumps(ISSUES, indent=1, ensure_ascii=False)
OBJECT = json.dumps({"version": 1, "issues": ISSUES, "labels": [1]}, indent=2)


def bury(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encode", [str.encode, *(lambda text, name=name: text.encode(name) for name in (
    "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"))])  # fmt: skip
@pytest.mark.parametrize("text", [LINES, LINES.replace("\n", "\r\n"), ARRAY, json.dumps(ISSUES), OBJECT, "\n" + ARRAY])
def test_encodings_and_layouts(tmp_path: Path, text: str, encode: Callable[[str], bytes]) -> None:
    file = read_file(bury(tmp_path / "issues", encode(text)))
    made = plan(file, Known())
    assert [task.title for task in made.tasks] == ["Löschen 飯", "Y"]
    assert [(one.task, one.on) for one in made.dependencies] == [("y", "x")]
    assert list(file.complaints.lines()) == []


def test_one_issue_alone_is_a_file(tmp_path: Path) -> None:
    for indent in (None, 2):
        file = read_file(bury(tmp_path / "issue.json", json.dumps(ISSUES[0], indent=indent).encode()))
        assert list(file.issues) == ["x"]


def test_an_issue_of_an_array_has_the_line_that_it_begins_on(tmp_path: Path) -> None:
    issues = [{"id": "a", "title": "A", "labels": "[,]"}, {"id": "b"}, {"id": "c", "title": "C", "priority": 9}]
    text = json.dumps(issues, indent=1)
    begin = [number for number, line in enumerate(text.split("\n"), start=1) if line == " {"]
    assert list(read_file(bury(tmp_path / "issues.json", text.encode())).complaints.lines()) == [
        f"line {begin[0]}: labels is not a list: '[,]'.",
        f"line {begin[1]}: b has no title.",
        f"line {begin[2]}: priority is not a whole number from 0 to 4: 9.",
    ]


OTHERS: list[tuple[bytes, str]] = [
    (b"", "it is empty"),
    (b" \n\n", "it is empty"),
    (b"\xff\xfe", "it is empty"),
    (gzip.compress(LINES.encode(), mtime=0), "it is compressed (gzip)"),
    (bz2.compress(LINES.encode()), "it is compressed (bzip2)"),
    (b"PK\x03\x04....", "it is compressed (zip)"),
    (b"SQLite format 3\0....", "it is an SQLite database"),
    (b"<!DOCTYPE html>\n<html></html>", "it is HTML or XML"),
    ("<html></html>".encode("utf-16"), "it is HTML or XML"),
    (b"\xff\xfe{\0\0", "UTF-16"),
    (b'{"master": {"tasks": [{"id": 1, "title": "A", "status": "pending"}]}}', "it is of task-master"),
    (b'{"tasks": [{"id": 1, "title": "A", "status": "pending"}]}', "it is of task-master"),
    (b'[{"number": 5, "id": "I_1", "title": "A", "state": "OPEN", "url": "u"}]', "it is of GitHub"),
    (b'{"number": 5, "title": "A"}\n{"number": 6, "title": "B"}\n', "it is of GitHub"),
    (b'[{"id": "4cdd", "identifier": "GUI-65", "title": "A", "state": {"name": "Backlog"}}]', "it is of Linear"),
    (b'"ID","Team","Title"\n"CLA-1","Claw","A"\n', "line 1: it is not JSON"),
    (b"[]", "it holds no issue"),
    (b"{}", "neither issues"),
    (b"5", "neither issues"),
    (b'{"id": "a"}\n{"id": "b"}\n', "line 1: a has no title"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it is not UTF-8"),
    (b"[" * 100_000, "it is nested too deeply"),
]


@pytest.mark.parametrize(("data", "said"), OTHERS)
async def test_what_is_no_such_file_is_one_line_and_no_room(
    database: Database, tmp_path: Path, data: bytes, said: str
) -> None:
    path = bury(tmp_path / "other.jsonl", data)
    with pytest.raises(CommandError) as error:
        await bring(database, path)
    assert error.value.status == 1
    assert str(error.value).startswith(f"{path} is not an issue file of beads: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert await database.fetchval("select count(*) from room where name = 'other'") == 0


def backup(folder: Path, **files: list[Any]) -> Path:
    for name, lines in files.items():
        text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text)
    return folder


@pytest.mark.parametrize("named", ["", "issues.jsonl"])
def test_files_beside_it_are_read_with_it(tmp_path: Path, named: str) -> None:
    comment = {"author": "ann", "text": "Hi", "created_at": "2026-01-01T00:00:00Z"}
    folder = backup(
        tmp_path,
        issues=[
            {"id": "x", "title": "X", "labels": ["kept"], "comments": [comment]},
            {"id": "y", "title": "Y", "status": "open"},
            {"id": "e", "title": "E", "issue_type": "epic"},
            {"id": "m", "title": "M", "issue_type": "message"},
        ],
        dependencies=[
            {"issue_id": "y", "depends_on_id": "x", "type": "blocks", "created_by": "bob"},
            {"issue_id": "y", "depends_on_id": "e", "type": "parent-child"},
            {"issue_id": "y", "depends_on_id": "gone", "type": "blocks"},
            {"issue_id": "m", "depends_on_id": "x", "type": "blocks"},
            {"issue_id": "lost", "depends_on_id": "x", "type": "blocks"},
            {"depends_on_id": "x"},
            "{",
        ],
        comments=[{"id": 1, "issue_id": "x", **comment}, {"id": 2, "issue_id": "x", "author": "bob", "text": "Two\0"}],
        labels=[{"issue_id": "x", "label": "kept"}, {"issue_id": "x", "label": "more"}, "", {"issue_id": "y"}],
    )
    file = read_file(folder / named)
    made = plan(file, Known())
    x, y = made.tasks
    assert (x.labels, y.labels, y.objective) == (("beads:x", "kept", "more"), ("beads:y",), "e")
    assert [(one.task, one.on, one.creator) for one in made.dependencies] == [("y", "x", "bob")]
    assert [(one.author, one.body) for one in made.comments] == [("ann", "Hi"), ("bob", "Two")]
    assert file.no_work_dependencies == {"message": 1}
    assert list(file.complaints.lines()) == [
        "line 2: a label is text of 1 to 100 characters: None.",
        "line 2: y does not depend on gone (blocks): gone is not in the file.",
        "dependencies.jsonl, line 6: it is not a JSON object with an issue_id.",
        "dependencies.jsonl, line 7: it is not a JSON object with an issue_id.",
        "comments.jsonl, line 2: text contains NUL or a lone surrogate, which is left out.",
        "dependencies.jsonl: 1 of its lines are of lost, which is not in the file.",
    ]


def test_a_folder_without_issues_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"issues\.jsonl can't be read: No such file"):
        read_file(tmp_path)


def test_the_same_in_another_layout_is_the_same(tmp_path: Path) -> None:
    lines = [line for line in BEST.read_bytes().split(b"\n") if line.startswith(b'{"') and line.endswith(b"}")]
    array = b"[" + b",\n".join(lines) + b"]"

    def planned(file: File) -> Any:
        return plan(file, Known())

    one = planned(read_file(bury(tmp_path / "lines.jsonl", b"\n".join(lines))))
    other = planned(read_file(bury(tmp_path / "array.json", array.decode().encode("utf-16"))))
    assert one == other
    assert read_file(OWN).issues
