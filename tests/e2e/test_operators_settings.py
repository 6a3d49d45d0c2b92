"""Everything works where the operator's database and environment have other settings than ours."""

import os
import stat
from pathlib import Path

import httpx

from tests.e2e.commands import Server, run
from tests.e2e.pooled import pooler
from tests.e2e.team import Agent
from tests.operators_settings import change

# What other programs of Postgres read, and means other servers.
PG = {
    "PGHOST": "db.invalid",
    "PGPORT": "1",
    "PGUSER": "nobody",
    "PGDATABASE": "nothing",
    "PGDATA": "/nowhere",
    "PGOPTIONS": "-c search_path=nowhere",
    "PGSSLMODE": "verify-full",
    "PGTARGETSESSIONATTRS": "read-only",
    "PGTZ": "Asia/Kathmandu",
    "TZ": "Asia/Kathmandu",
    "LC_ALL": "tr_TR.UTF-8",
    "PYTHONIOENCODING": "ascii",
}


class Confined(Server):
    """With a umask that closes what is made to its own owner, and few file descriptors."""

    # Without bytecode: nobody could read what it leaves beside the modules.
    prefix = ("sh", "-c", 'umask 0777; ulimit -n 256; export PYTHONDONTWRITEBYTECODE=1; exec "$@"', "sh")


async def work(server: Server, token: str) -> object:
    """A task is made, claimed and found again."""
    async with httpx.AsyncClient() as http:
        admin = Agent(token, [server.url], http)
        await admin.ask('mutation { createTask(input: {title: "Größe", room: "main", criteria: ["It fits"]}) { id } }')
        claimed = await admin.ask(
            'mutation { claimNextTask(input: {room: "main"}) { task { id } lease { expiresAt } } }'
        )
        found = await admin.ask('{ search(room: "main", query: "Größe") { id } }')
        return claimed["claimNextTask"] and found["search"]


# Through a pooler the operator's time-outs hold for the moment until ours are set: in a millisecond nothing is said.
@pooler.unpooled
async def test_an_operators_database_with_other_settings(empty_database: str, tmp_path: Path) -> None:
    await change(empty_database)
    options = ("--data-dir", tmp_path / "home", "--database-url", empty_database)

    with Server(*options) as server:
        assert await work(server, (tmp_path / "home" / "admin-token").read_text().strip())
        assert server.stop() == 0
    exported, looked = run("export", *options), run("doctor", *options)

    assert (exported.returncode, exported.stderr) == (0, "")
    assert "Größe" in exported.stdout
    [settings] = [line for line in looked.stdout.splitlines() if " settings: " in line]
    assert "TimeZone = Asia/Kathmandu" in settings
    assert looked.returncode == 0, looked.stdout


async def test_an_environment_that_is_meant_for_others(new_home: Path) -> None:
    with Confined("--data-dir", new_home, **PG) as server:
        assert await work(server, (new_home / "admin-token").read_text().strip())
        made = {path: stat.S_IMODE(path.stat().st_mode) for path in (new_home, new_home / "admin-token")}
        assert server.stop() == 0

    assert list(made.values()) == [0o700, 0o600]
    assert run("token", "smith", "--label", "Größe", "--data-dir", new_home, **PG).returncode == 0
    listed = run("tokens", "--data-dir", new_home, **PG)
    assert (listed.returncode, listed.stderr) == (0, "")
    looked = run("doctor", "--data-dir", new_home, prefix=Confined.prefix)
    assert (looked.returncode, "WRONG file descriptors: at most 256" in looked.stdout) == (1, True)
    assert new_home.stat().st_uid == (new_home / "postgres").stat().st_uid or os.geteuid() != 0
