import json
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from goalroom.postgres import data_dir
from goalroom.postgres.embedded import Cluster
from tests.conftest import NewCluster
from tests.e2e.commands import Server, run

HUMAN = "HUMAN"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_running(path: Path) -> bool:
    return (path / "postgres" / "postmaster.pid").exists()


def until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def status(url: str) -> int:
    try:
        return httpx.get(url, timeout=5).status_code
    except httpx.HTTPError:
        return 0


async def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


WHO = """
    select agent.name, agent.kind, room.name, token.role
      from token join agent on agent.id = token.agent_id
      left join room_member on room_member.agent_id = agent.id
      left join room on room.id = room_member.room_id
     order by token.id
"""


async def test_the_first_start_makes_a_closed_directory_a_room_an_admin_and_its_token(new_home: Path) -> None:
    with Server("--data-dir", new_home) as server, Cluster(new_home) as cluster:
        token = (new_home / "admin-token").read_text().strip()
        who = await rows(cluster.url, WHO)
        assert (mode(new_home), mode(new_home / "admin-token")) == (0o700, 0o600)
        assert len(token) >= 32
        assert who == [("admin", HUMAN, "main", "ADMIN")]
        assert status(server.url + "/healthz") == 200

    with Server("--data-dir", new_home), Cluster(new_home) as cluster:
        assert await rows(cluster.url, WHO) == who
        assert (new_home / "admin-token").read_text().strip() == token


async def test_sigterm_ends_it_with_0_and_stops_its_postgres(home: Path) -> None:
    with Server("--data-dir", home) as server:
        assert is_running(home)
        began = time.monotonic()
        assert server.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < 5
        assert not is_running(home)
        logged = [json.loads(line) for line in server.said().splitlines()]
        assert [line["message"] for line in logged if line["logger"] == "goalroom.server"] == ["serving", "stopping"]


def test_after_a_kill_the_next_start_goes_on_with_the_same_data(home: Path) -> None:
    with Server("--data-dir", home) as server:
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    assert is_running(home)
    token = (home / "admin-token").read_text()

    with Server("--data-dir", home) as server:
        assert (home / "admin-token").read_text() == token
        # Now its Postgres dies with it, and leaves its lock file behind.
        os.kill(postmaster(home), signal.SIGKILL)
        server.stop(signal.SIGKILL)
    assert is_running(home)

    with Server("--data-dir", home) as server:
        assert (home / "admin-token").read_text() == token
        assert server.stop() == 0
    assert not is_running(home)


async def test_a_server_outlives_its_postgres(home: Path) -> None:
    with Server("--data-dir", home) as server:
        killed = postmaster(home)
        os.kill(killed, signal.SIGKILL)

        until(lambda: is_running(home) and postmaster(home) != killed)
        until(lambda: status(server.url + "/readyz") == 200)

        assert server.stop() == 0


def test_commands_share_the_postgres_of_a_running_server_and_leave_it_alone(home: Path) -> None:
    with Server("--data-dir", home) as server:
        with ThreadPoolExecutor() as pool:
            printed = list(pool.map(lambda n: run("token", f"agent-{n}", "--data-dir", home), range(4)))

        assert [done.returncode for done in printed] == [0, 0, 0, 0]
        assert is_running(home)
        assert status(server.url + "/healthz") == 200


async def test_token_prints_a_new_token_and_nothing_else(home: Path) -> None:
    first = run("token", "smith", "--data-dir", home)
    second = run("token", "smith", "--role", "admin", "--kind", "agent", "--data-dir", home)
    another_kind = run("token", "smith", "--kind", "human", "--data-dir", home)

    assert (another_kind.returncode, another_kind.stdout) == (2, "")
    assert "smith is there already, and of the kind AGENT" in one_line(another_kind.stderr)
    assert (first.returncode, first.stderr, len(first.stdout.split())) == (0, "", 1)
    assert second.stdout != first.stdout
    assert not is_running(home)
    with Cluster(home) as cluster:
        assert await rows(cluster.url, WHO) == [
            ("admin", HUMAN, "main", "ADMIN"),
            ("smith", "AGENT", "main", "MEMBER"),
            ("smith", "AGENT", "main", "ADMIN"),
        ]


async def test_a_token_s_agent_joins_the_rooms_that_are_named(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text('{"id":"x","title":"x","status":"open"}')
    for room in ("web", "ops"):
        assert run("import", "beads", file, "--room", room, "--data-dir", home).returncode == 0

    assert run("token", "pat", "--kind", "human", "--room", "web", "--room", "ops", "--data-dir", home).returncode == 0
    nowhere = run("token", "new", "--room", "web", "--room", "nowhere", "--data-dir", home)
    again = run("token", "pat", "--data-dir", home)

    assert (nowhere.returncode, nowhere.stdout) == (1, "")
    assert one_line(nowhere.stderr) == "goalroom: There is no room nowhere.\n"
    assert (again.returncode, again.stderr) == (0, "")
    with Cluster(home) as cluster:
        people = [who for who in await rows(cluster.url, WHO) if who[0] in {"pat", "new"}]
    assert sorted(people) == [("pat", HUMAN, room, "MEMBER") for room in ("ops", "ops", "web", "web")]


def test_one_token_is_revoked_by_its_id(home: Path) -> None:
    with Server("--data-dir", home) as server:
        first, second = (run("token", "smith", "--data-dir", home).stdout.strip() for _ in range(2))
        listed = run("tokens", "smith", "--data-dir", home).stdout.splitlines()
        number = listed[1].split()[0]

        revoked = run("revoke", number, "--data-dir", home)
        again, wrong = run("revoke", number, "--data-dir", home), run("revoke", "T1", "--data-dir", home)
        statuses = [
            httpx.post(
                server.url + "/graphql", json={"query": "{ me { name } }"}, headers={"authorization": f"Bearer {token}"}
            ).status_code
            for token in (first, second)
        ]

    assert listed[0].split()[:3] == ["ID", "AGENT", "ROLE"]
    assert (revoked.returncode, revoked.stdout) == (0, f"Revoked {number}, a token of smith.\n")
    assert [one.returncode for one in (again, wrong)] == [1, 1]
    assert "There is no valid token" in one_line(again.stderr)
    assert statuses == [401, 200]


def test_the_tokens_of_nobody_are_no_empty_table(home: Path) -> None:
    unknown = run("tokens", "nobody", "--data-dir", home)
    token = run("tokens", "admin", "--data-dir", home).stdout.splitlines()[1].split()[0]
    assert run("revoke", token, "--data-dir", home).returncode == 0
    none = run("tokens", "admin", "--data-dir", home)

    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert one_line(unknown.stderr) == "goalroom: There is no agent nobody.\n"
    assert (none.returncode, none.stdout) == (0, "admin has no valid token.\n")


async def test_a_server_without_the_admins_token_says_so(empty_database: str, tmp_path: Path) -> None:
    with (
        Server("--data-dir", tmp_path / "a", "--database-url", empty_database) as one,
        Server("--data-dir", tmp_path / "b", "--database-url", empty_database) as other,
    ):
        said = ["no admin-token" in server.said() for server in (one, other)]

    assert said == [False, True]


async def test_processes_that_start_at_once_on_a_fresh_database_make_one_admin(
    empty_database: str, tmp_path: Path
) -> None:
    homes = [tmp_path / name for name in "abcd"]
    with ThreadPoolExecutor() as pool:
        done = list(
            pool.map(
                lambda path: run("token", path.name, f"--data-dir={path}", f"--database-url={empty_database}"), homes
            )
        )

    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 4
    admins = [who for who in await rows(empty_database, WHO) if who[0] == "admin"]
    assert admins == [("admin", HUMAN, "main", "ADMIN")]
    assert len([path for path in homes if (path / "admin-token").exists()]) == 1


async def test_two_servers_share_a_database(empty_database: str, tmp_path: Path) -> None:
    with (
        Server("--data-dir", tmp_path / "a", "--database-url", empty_database) as one,
        Server("--data-dir", tmp_path / "b", "--database-url", empty_database) as other,
    ):
        assert one.url != other.url
        assert [status(server.url + "/readyz") for server in (one, other)] == [200, 200]
        assert one.stop(signal.SIGINT) == 0
        assert status(other.url + "/readyz") == 200
    assert not (tmp_path / "a" / "postgres").exists()


async def test_an_admin_token_from_the_environment_needs_no_file(empty_database: str, tmp_path: Path) -> None:
    options = ("--data-dir", str(tmp_path / "home"), "--database-url", empty_database)
    for _ in range(2):
        assert run("token", "smith", *options, GOALROOM_ADMIN_TOKEN="x" * 32).returncode == 0

    assert [who[0] for who in await rows(empty_database, WHO)] == ["admin", "smith", "smith"]
    assert not (tmp_path / "home").exists()


async def test_migrate_from_two_processes_at_once_applies_each_migration_once(empty_database: str) -> None:
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda _: run("migrate", "--database-url", empty_database), range(3)))

    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 3
    said = sorted(one.stdout for one in done)
    assert said[0].startswith("Applied 0001_")
    assert said[1:] == ["The database is up to date.\n"] * 2


async def test_a_database_of_a_newer_version_is_refused(empty_database: str) -> None:
    assert run("migrate", "--database-url", empty_database).returncode == 0
    await rows(empty_database, "insert into schema_migration (name) values ('9999_tomorrow')")

    refused = run("token", "smith", "--database-url", empty_database)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert one_line(refused.stderr).startswith("goalroom: The database is newer than this Goalroom")


def test_a_data_directory_of_another_postgres_is_refused(home: Path) -> None:
    assert run("migrate", "--data-dir", home).returncode == 0
    version = home / "postgres" / "PG_VERSION"
    made_by = version.read_text()
    version.write_text("99\n")

    refused = run("migrate", "--data-dir", home)

    version.write_text(made_by)
    assert refused.returncode == 1
    assert "was created by Postgres 99" in one_line(refused.stderr)


def test_a_lock_file_that_names_another_postgres_is_a_stale_one(
    home: Path, tmp_path: Path, new_cluster: NewCluster
) -> None:
    assert run("migrate", "--data-dir", home).returncode == 0
    with new_cluster(tmp_path / "other"):
        lines = (tmp_path / "other" / "postgres" / "postmaster.pid").read_text().splitlines(keepends=True)
        (home / "postgres" / "postmaster.pid").write_text("".join([lines[0], f"{home / 'postgres'}\n", *lines[2:]]))

        assert run("token", "smith", "--data-dir", home).returncode == 0
        assert is_running(tmp_path / "other")


def test_a_taken_port_is_one_line(new_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run("serve", "--port", str(port), "--data-dir", new_home)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert one_line(refused.stderr).startswith(
        f"goalroom: Can't listen on 127.0.0.1 port {port}: Address already in use"
    )
    assert not new_home.exists()


@pytest.mark.parametrize(
    ("url", "exit_status"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/nothing", 1),
        ("postgresql://nobody:secret@name.invalid/nothing", 1),
        ("postgresql://nobody:secret@127.0.0.1:port/nothing", 2),
        ("mysql://nobody:secret@127.0.0.1/nothing", 2),
        ("nonsense", 2),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line_without_its_password(url: str, exit_status: int) -> None:
    for command in (("migrate",), ("token", "smith"), ("serve", "--port", "0")):
        refused = run(*command, "--database-url", url)

        assert (refused.returncode, refused.stdout) == (exit_status, "")
        assert "secret" not in one_line(refused.stderr)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        ((), {}),
        (("dance",), {}),
        (("serve", "--port", "port"), {}),
        (("serve", "--port", "65536"), {}),
        (("serve", "--rate-limit", "-1"), {}),
        (("serve", "--dance"), {}),
        (("serve",), {"GOALROOM_PORT": "port"}),
        (("serve",), {"GOALROOM_ADMIN_TOKEN": "short"}),
        (("serve",), {"GOALROOM_ADMIN_TOKEN": "x" * 31 + " "}),
        (("serve", "--public-url", "goalroom.example"), {}),
        (("serve", "--webhook-allow", "10.0.0.1/8"), {}),
        (("serve",), {"GOALROOM_WEBHOOK_ALLOW": "everything"}),
        (("serve", "--webhook-schedule", "5,soon"), {}),
        (("serve",), {"GOALROOM_WEBHOOK_SCHEDULE": "5,-1"}),
        (("serve",), {"GOALROOM_WEBHOOK_SCHEDULE": "nan"}),
        (("demo", "--speed", "0"), {}),
        (("demo", "--agents", "3"), {}),
        (("token",), {}),
        (("token", "Not A Name"), {}),
        (("token", "t42"), {}),
        (("token", "smith", "--role", "king"), {}),
        (("token", "smith", "--kind", "king"), {}),
        (("import", "beads"), {}),
        (("import", "beads", "no-such-file.jsonl"), {}),
        (("import", "dance"), {}),
    ],
)
def test_a_wrong_command_line_is_status_2(
    arguments: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    refused = run(*arguments, **{"GOALROOM_DATA_DIR": str(tmp_path / "home")} | environment)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "home").exists()


def test_options_outweigh_the_environment() -> None:
    refused = run("migrate", "--database-url", "postgresql://127.0.0.1:1/x", GOALROOM_DATABASE_URL="nonsense")

    assert refused.returncode == 1
    assert "127.0.0.1:1/x" in one_line(refused.stderr)


def test_a_place_where_no_data_directory_can_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    refused = run("migrate", "--data-dir", tmp_path / "file" / "home")

    assert refused.returncode == 1
    assert "Can't create" in one_line(refused.stderr)


def test_a_path_too_long_for_a_socket_does_no_harm(tmp_path: Path, new_cluster: NewCluster) -> None:
    home = tmp_path / ("long" * 30)
    new_cluster(home)
    with Server("--data-dir", home):
        assert run("token", "smith", "--data-dir", home).returncode == 0


def test_a_strange_path_of_the_data_directory_reaches_no_shell(tmp_path: Path) -> None:
    home = tmp_path / 'it\'s "$HOME" `touch \\owned`, $(touch owned); & | é'
    with Server("--data-dir", home) as server:
        assert run("token", "smith", "--data-dir", home).returncode == 0
        assert status(server.url + "/readyz") == 200
        assert server.stop() == 0

    assert run("doctor", "--data-dir", home).returncode == 0
    assert not is_running(home)
    assert [path.name for path in tmp_path.rglob("*owned*")] == [home.name]


def test_a_data_directory_that_others_may_use_is_closed_to_them_and_said(home: Path) -> None:
    assert run("migrate", "--data-dir", home).returncode == 0
    token = run("token", "smith", "--data-dir", home)
    assert (token.returncode, token.stderr) == (0, "")
    opened = {home: 0o2770, home / "postgres": 0o2770, home / "admin-token": 0o660}
    for path in [home, *home.rglob("*")]:
        path.chmod(mode(path) | (0o2070 if path.is_dir() else 0o060))
    assert {path: mode(path) for path in opened} == opened

    with Server("--data-dir", home) as server:
        said = [json.loads(line) for line in server.said().splitlines()]

    assert {path: mode(path) for path in opened} == {home: 0o700, home / "postgres": 0o700, home / "admin-token": 0o600}
    told = {line["path"]: line["mode"] for line in said if line["message"].startswith("changed the mode")}
    assert told == {str(path): f"{number:04o}" for path, number in opened.items()}


def test_a_data_directory_with_files_of_others_keeps_its_mode(new_home: Path) -> None:
    new_home.mkdir()
    (new_home / "thesis.txt").write_text("")
    new_home.chmod(0o755)
    assert run("token", "smith", "--data-dir", new_home).returncode == 0
    (new_home / "admin-token").chmod(0o644)

    again = run("token", "smith", "--data-dir", new_home)

    assert (again.returncode, again.stderr.count("\n")) == (0, 1)
    assert [mode(new_home / name) for name in (".", "postgres", "admin-token")] == [0o755, 0o700, 0o600]


def test_the_log_of_postgres_is_bounded(home: Path) -> None:
    with Server("--data-dir", home) as server:
        log = home / "postgres" / "server.log"
        lines = "".join(f"line {number} {'x' * 90}\n" for number in range(150_000))
        # In one call: what was written after its file was moved would be below the bound, and stay.
        with log.open("ab", buffering=0) as more:
            more.write(lines.encode())
        until(lambda: log.stat().st_size < 1_000)
        assert (home / "postgres" / "server.log.1").stat().st_size == 10_000_000
        killed = postmaster(home)
        os.kill(killed, signal.SIGTERM)
        until(lambda: log.stat().st_size > 0)
        assert b"\0" not in log.read_bytes()
        assert server.stop() == 0


def test_help_cuts_no_lines() -> None:
    for command in ([], ["serve"], ["demo"], ["token"], ["tokens"], ["import"], ["export"], ["doctor"]):
        shown = run(*command, "--help", COLUMNS="80").stdout
        assert "…" not in shown
        assert "..." not in shown.replace("[ARGS]...", "")


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("goalroom 0.")
    listed = run("--help").stdout
    assert all(command in listed for command in ("serve", "demo", "migrate", "token", "import", "schema"))


def test_a_second_signal_ends_it_at_once(home: Path) -> None:
    with Server("--data-dir", home) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as unfinished:
            # With a token: without, it is refused at its head, and holds nothing up.
            token = (home / "admin-token").read_text().strip()
            head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            unfinished.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n".encode())
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            began = time.monotonic()
            assert server.stop(signal.SIGTERM) in {0, 1}
            assert time.monotonic() - began < 3
            said = server.said()
    assert "Traceback" not in said
    assert said.count("ending at once") == 1
    assert not is_running(home)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_stopped_twice_leaves_no_postgres(home: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "goalroom", "migrate", "--data-dir", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own
        until(lambda: is_running(home))
        process.send_signal(number)
        time.sleep(0.1)
        process.send_signal(number)
        said = process.communicate()[1]

    assert not is_running(home)
    if process.returncode:
        assert one_line(said) == "goalroom: Stopped before it was done.\n"


def test_an_ordinary_user_needs_nothing_from_root(tmp_path: Path) -> None:
    """Root gives up its rights after the imports, since an interpreter below /root is out of others' reach."""
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    code, home = tmp_path / "code", tmp_path / "user" / "home"
    home.parent.mkdir()
    for package in ("goalroom", "schema", "resolvers", "db", "sql"):
        shutil.copytree(Path(__file__).parents[2] / package, code / package)
    if os.geteuid() == 0:
        account = data_dir.Account(user.pw_uid, user.pw_gid)
        data_dir.let_through(home, account)
        data_dir.let_read(code, account)
        data_dir.let_read(Cluster(home).tools.parent, account)
        os.chown(home.parent, user.pw_uid, user.pw_gid)
    program = (
        "import os, encodings.ascii, encodings.idna, concurrent.futures.thread\n"
        "from goalroom.commands import tokens\n"
        "from goalroom.commands.cli import main\n"
        f"if os.geteuid() == 0: os.setgroups([]); os.setgid({user.pw_gid}); os.setuid({user.pw_uid})\nmain()"
    )

    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-c", program, "token", "smith", "--data-dir", home],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env=os.environ
        | {"PYTHONPATH": f"{code}{os.pathsep}{os.environ.get('PYTHONPATH', '')}", "HOME": "/nonexistent"},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (home / "postgres").stat().st_uid == user.pw_uid
    assert mode(home) == 0o700


def test_a_read_only_data_directory_is_one_line(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        # Nothing is read-only for root but what isn't a directory.
        home = Path("/proc/self/home")
    else:
        home = tmp_path / "home"
        home.mkdir()
        (home / "somebody's").write_text("")
        home.chmod(0o500)

    refused = run("migrate", "--data-dir", home)

    assert refused.returncode == 1
    assert str(home) in one_line(refused.stderr)


def postmaster(path: Path) -> int:
    return int((path / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


def one_line(text: str) -> str:
    assert text.count("\n") == 1, text
    return text
