"""PgBouncer in front of the tests' Postgres; with GOALROOM_TEST_POOLER=yes, of all pools and servers of the tests."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from db.core import session
from db.core.database import Database
from tests.patience import PATIENCE_S

# Where there is no PgBouncer from 1.21 on, nothing of it can be tested: Debian 12 has an older one.
EVERYWHERE = os.environ.get("GOALROOM_TEST_POOLER") == "yes"
needed = pytest.mark.skipif(not EVERYWHERE, reason="with PgBouncer: played where GOALROOM_TEST_POOLER is yes")
# What looks into the one session behind a pool of one, or has several hosts, of which a pooler can't tell the primary.
unpooled = pytest.mark.skipif(EVERYWHERE, reason="of one's own session or several hosts, of which a pooler has neither")

_SETTINGS = """
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
pool_mode = transaction
max_prepared_statements = {prepared}
unix_socket_dir = {folder}
listen_addr =
listen_port = 6432
auth_type = any
max_client_conn = 500
default_pool_size = 10
server_idle_timeout = 5
server_login_retry = 0.2
log_connections = 0
log_disconnections = 0
log_stats = 0
logfile = {folder}/log
"""


class Pooler:
    """One PgBouncer, which runs until it is stopped, or until the tests end."""

    def __init__(self, url: str, *, prepared: int = 200) -> None:
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        host, port = query.get("host") or parts.hostname or "", query.get("port") or str(parts.port or 5432)
        self._folder = Path(tempfile.mkdtemp(prefix="goalroom-pooler-"))
        self._owner = Path(host).stat() if host.startswith("/") else Path.home().stat()
        self._file = self._folder / "ini"
        self._file.write_text(
            _SETTINGS.format(
                host=host, port=port, user=parts.username or "postgres", prepared=prepared, folder=self._folder
            )
        )
        self.start()
        atexit.register(self.stop)

    def start(self) -> None:
        """As the owner of Postgres's socket, for it runs as no root."""
        program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/local/bin:/usr/sbin")
        assert program is not None, "there is no PgBouncer"
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = {"user": self._owner.st_uid or "nobody", "group": self._owner.st_gid or "nogroup"}
            user["extra_groups"] = []
            shutil.chown(self._folder, user["user"], user["group"])
        self._folder.chmod(0o755)
        self._process = subprocess.Popen(  # noqa: S603  # a program of the system
            [program, "-q", self._file], stderr=subprocess.DEVNULL, cwd="/", **user
        )
        deadline = time.monotonic() + PATIENCE_S
        while not (self._folder / ".s.PGSQL.6432").exists():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def url(self, direct: str) -> str:
        """The way through it to the database of this URL."""
        parts = urlsplit(direct)
        query = urlencode({"host": str(self._folder), "port": "6432"})
        return f"postgresql://{parts.username or 'postgres'}@{parts.path}?{query}"

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


@cache
def _of_server(place: str) -> Pooler:
    return Pooler(place)


def pooled(url: str) -> str:
    """The way to this database through a pooler, which is made for its server when it is first asked for."""
    return _of_server(urlsplit(url)._replace(path="/postgres").geturl()).url(url)


def servers_options(arguments: tuple[str | Path, ...]) -> tuple[str | Path, ...]:
    """Those of a server, with a pooler before the database that they name."""
    if not EVERYWHERE or "--database-url" not in arguments or "--direct-database-url" in arguments:
        return arguments
    at = arguments.index("--database-url") + 1
    direct = str(arguments[at])
    if len(session.urls_of_hosts(direct)) > 1:
        # A pooler can't tell which of them is the primary.
        return arguments
    return (*arguments[:at], pooled(direct), "--direct-database-url", direct, *arguments[at + 1 :])


def put_before_pools() -> None:
    """Let every pool that the tests open go through a pooler."""
    connect = Database.connect

    async def through(url: str, **options: Any) -> Database:
        if not options.get("pooled"):
            url, options = pooled(url), options | {"pooled": True}
        return await connect(url, **options)

    Database.connect = through  # type: ignore[method-assign]  # for all tests alike
