"""Data is kept: exported, restored elsewhere, and checked, by the commands that operators have."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server, run
from tests.e2e.team import Agent
from tests.goalroom.importers.beads_check import OWN

TREE = (
    '{ rooms { name } room(room: "garden") { tasks(first: 100) { nodes { id title status waitingOn { reason } } } } }'
)


END = '{ events(room: "garden", last: 1) { pageInfo { endCursor } } }'
AFTER = 'query($after: String) { events(room: "garden", after: $after, first: 1) { nodes { cursor } } }'


async def end_of_log(server: Server, token: str) -> str:
    async with httpx.AsyncClient() as http:
        page = await Agent(token, [server.url], http).ask(END)
    end: str = page["events"]["pageInfo"]["endCursor"]
    return end


async def refused_cursor(server: Server, token: str, cursor: str) -> dict[str, Any]:
    async with httpx.AsyncClient() as http:
        [error] = (await Agent(token, [server.url], http).send(AFTER, after=cursor))["errors"]
    facts: dict[str, Any] = error["extensions"]
    return facts


async def tree(server: Server, token: str) -> object:
    async with httpx.AsyncClient() as http:
        return await Agent(token, [server.url], http).ask(TREE)


async def test_what_was_exported_is_served_elsewhere(home: Path, tmp_path: Path) -> None:
    assert run("import", "beads", OWN, "--data-dir", home).returncode == 0
    old_token = (home / "admin-token").read_text().strip()
    with Server("--data-dir", home) as server:
        before, cursor = await tree(server, old_token), await end_of_log(server, old_token)
        exported = run("export", "--data-dir", home)
    assert exported.returncode == 0, exported.stderr
    file, new_home = tmp_path / "all.jsonl", tmp_path / "elsewhere"
    file.write_text(exported.stdout, encoding="utf-8")

    restored = run("restore", file, "--data-dir", new_home)
    assert restored.returncode == 0, restored.stderr
    assert "2 rooms, 5 agents, 4 objectives, 9 tasks" in restored.stdout

    with Server("--data-dir", new_home) as server:
        new_token = (new_home / "admin-token").read_text().strip()
        assert new_token != old_token
        assert await tree(server, new_token) == before
        assert await tree(server, old_token) == before
        assert (await refused_cursor(server, old_token, cursor))["code"] == "CURSOR_EXPIRED"
        assert await end_of_log(server, old_token) != cursor

    twice = run("restore", file, "--data-dir", new_home)
    assert (twice.returncode, twice.stdout) == (1, "")
    assert "restore them into an empty database" in twice.stderr
    assert run("doctor", "--data-dir", new_home).returncode == 0


def test_each_fault_of_a_file_is_one_line_and_no_traceback(new_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_text('{"format":"goalroom","at":"2026-11-29T12:00:00"}\n{"rows":0}\n', encoding="utf-8")

    refused = run("restore", file, "--data-dir", new_home)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines() == [
        f"goalroom: {file}: The first line has no version, which is a number.",
        f"goalroom: {file}: The first line has no migration, which is a text.",
        f"goalroom: {file}: The first line has no time, `at`, with its zone.",
    ]


def test_a_room_alone_is_exported_by_its_name(home: Path) -> None:
    assert run("import", "beads", OWN, "--data-dir", home).returncode == 0

    exported = run("export", "--room", "garden", "--data-dir", home)
    assert [json.loads(line)["row"]["name"] for line in exported.stdout.splitlines() if '"table":"room",' in line] == [
        "garden"
    ]

    missing = run("export", "--room", "nowhere", "--data-dir", home)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == "goalroom: There is no room nowhere.\n"


@pytest.mark.parametrize("name", ["export", "doctor"])
def test_whoever_stops_reading_sees_no_traceback(home: Path, name: str) -> None:
    assert run("import", "beads", OWN, "--data-dir", home).returncode == 0
    command = [sys.executable, "-m", "goalroom", name, "--data-dir", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603  # our own
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read().decode()

    assert process.returncode == 1
    assert said == "goalroom: The reader closed the output before its end.\n"


async def test_the_doctor_says_what_is_wrong_and_what_to_do(home: Path) -> None:
    assert run("import", "beads", OWN, "--data-dir", home).returncode == 0
    well = run("doctor", "--data-dir", home)
    assert (well.returncode, well.stderr) == (0, "")
    assert "WRONG" not in well.stdout

    with Cluster(home) as cluster:
        connection = await asyncpg.connect(cluster.url)
        await connection.execute("update task set open_dependencies = 5 where id = 1")
        await connection.close()
    ill = run("doctor", "--data-dir", home)
    assert ill.returncode == 1
    assert "Not what follows from the rest: T1. Run `goalroom doctor --fix`" in ill.stdout
    assert ill.stderr == "goalroom: 1 problem found; see standard output.\n"

    fixed = run("doctor", "--fix", "--data-dir", home)
    assert (fixed.returncode, fixed.stdout.splitlines()[0]) == (0, "Fixed T1.")
    # The option's name in an earlier version.
    assert run("doctor", "--mend", "--data-dir", home).stdout.splitlines()[0] == "Fixed nothing."


def test_where_there_is_no_data_none_is_made(tmp_path: Path) -> None:
    for command in ("export", "doctor"):
        ended = run(command, "--data-dir", tmp_path / "nothing")
        assert ended.returncode == 1
        assert "There is no data in" in ended.stderr
    assert not (tmp_path / "nothing").exists()
