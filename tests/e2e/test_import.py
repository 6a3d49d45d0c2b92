from pathlib import Path

import httpx
import pytest

from tests.e2e.commands import Server, run
from tests.e2e.team import Agent, read_log
from tests.goalroom.importers.beads_check import OWN


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
    [((OWN, "--room", "T5"), 2, "A name is"), (("no-such-file.jsonl",), 2, "no-such-file.jsonl")],
)
def test_a_wrong_command_line_says_why(home: Path, arguments: tuple[str | Path, ...], status: int, why: str) -> None:
    ended = run("import", "beads", *arguments, "--data-dir", home)
    assert ended.returncode == status
    assert why in ended.stderr
    assert "Traceback" not in ended.stderr
