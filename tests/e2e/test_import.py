from pathlib import Path

import httpx
import pytest

from tests.e2e.commands import Server, run
from tests.e2e.team import Agent, read_log
from tests.goalroom.importers.beads_check import OWN
from tests.goalroom.importers.sample_readers import SAMPLES


def test_twice_is_the_same_as_once_and_what_was_left_out_goes_to_standard_error(home: Path) -> None:
    first = run("import", "beads", OWN, "--data-dir", home)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[:3] == ["Room garden:", "  4 objectives", "  9 tasks"]
    assert first.stderr.splitlines()[0] == ("line 7: gd-6 does not depend on gd-99 (blocks): gd-99 is not in the file.")
    assert all(line.startswith("line ") for line in first.stderr.splitlines())
    second = run("import", "beads", OWN, "--data-dir", home)
    assert second.returncode == 0, second.stderr
    assert "  0 objectives\n  0 tasks\n" in second.stdout
    assert "  13 issues already there\n" in second.stdout


async def test_it_runs_beside_a_server_that_shows_what_it_made(home: Path) -> None:
    with Server("--data-dir", home) as server:
        made = run("import", "beads", OWN, "--room", "roof", "--data-dir", home)
        assert made.returncode == 0, made.stderr
        async with httpx.AsyncClient() as http:
            admin = Agent((home / "admin-token").read_text().strip(), [server.url], http)
            data = await admin.ask("{ rooms { name agents { name } } }")
            log = await read_log(admin, "roof", "TASK_CREATED")
    members = {room["name"]: [member["name"] for member in room["agents"]] for room in data["rooms"]}
    assert members["roof"] == ["admin", "agent-7th-hand", "garden-fern", "garden-moss", "moss"]
    assert len(log) == 9


@pytest.mark.parametrize(
    ("arguments", "status", "why"),
    [((OWN, "--room", "T5"), 2, "A name"), (("no-such-file.jsonl",), 2, "no-such-file.jsonl")],
)
def test_a_wrong_command_line_says_why(
    new_home: Path, arguments: tuple[str | Path, ...], status: int, why: str
) -> None:
    ended = run("import", "beads", *arguments, "--data-dir", new_home)
    assert ended.returncode == status
    assert why in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_file_of_another_program_is_one_line_and_makes_no_room(home: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.jsonl"
    page.write_bytes("<html></html>".encode("utf-16"))
    ended = run("import", "beads", page, "--data-dir", home)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"goalroom: {page} is not an issue file of beads: it is HTML or XML.\n"


def test_a_folder_of_a_backup_is_read_with_its_dependencies(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    (folder / "issues.jsonl").write_text('{"id":"x","title":"x"}\n{"id":"y","title":"y","status":"routed"}\n')
    (folder / "dependencies.jsonl").write_text('{"issue_id":"y","depends_on_id":"x","type":"blocked-by"}\n')
    ended = run("import", "beads", folder, "--data-dir", home)
    assert (ended.returncode, ended.stderr) == (0, "line 2: status 'routed' is not known: y is blocked.\n")
    assert ended.stdout.splitlines()[:4] == [
        "Room backup:",
        "  0 objectives",
        "  2 tasks",
        "  1 dependencies, 1 of them BLOCKS",
    ]


def test_another_board_comes_in_and_a_dry_run_does_nothing(home: Path) -> None:
    sample = SAMPLES / "taskmaster-tasks.json"
    dry = run("import", "taskmaster", sample, "--dry-run", "--data-dir", home)
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.splitlines()[0] == "Room taskmaster-tasks, of which nothing was changed:"
    made = run("import", "taskmaster", sample, "--data-dir", home)
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[:3] == ["Room taskmaster-tasks:", "  1 objectives", "  45 tasks"]
    assert made.stdout.splitlines()[1:] == dry.stdout.splitlines()[1:]
    wrong = run("import", "github", sample, "--data-dir", home)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == (
        f"goalroom: {sample} is not a list of issues of GitHub: "
        "it is of task-master: `goalroom import taskmaster` reads it.\n"
    )
