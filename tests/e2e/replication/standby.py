"""A primary and its standby, both of the embedded Postgres's binaries."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import asyncpg
import psutil

from goalroom.postgres import data_dir
from goalroom.postgres.embedded import Cluster
from tests.patience import PATIENCE_S

# Of the WAL receiver, where nobody gives it another.
_STANDBY = "walreceiver"


class Replicated:
    """A primary that runs, and a standby that follows it, until this is left."""

    def __init__(self, primary: Cluster, primary_folder: Path, folder: Path) -> None:
        self.primary, self._primary_home = primary, primary_folder / data_dir.CLUSTER
        self.standby = Cluster(folder)
        home = folder / data_dir.CLUSTER
        folder.mkdir()
        sockets = parse_qs(urlsplit(primary.url).query)["host"][0]
        owner = Path(sockets).stat()
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
            shutil.chown(folder, owner.st_uid, owner.st_gid)
        place = ("-h", sockets, "-p", "5432", "-U", "postgres")
        subprocess.run(  # noqa: S603  # our own tool
            [primary.tools / "pg_basebackup", *place, "-D", home, "-R", "-c", "fast"],
            check=True, capture_output=True, cwd="/", timeout=PATIENCE_S, **user,
        )  # fmt: skip
        # The primary's sockets are in its data directory, unless that has too long a name.
        (home / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        self.standby.start()

    @property
    def url(self) -> str:
        """Of whichever of the two is the primary."""
        hosts = [parse_qs(urlsplit(one.url).query)["host"][0] for one in (self.primary, self.standby)]
        query = urlencode({"host": ",".join(hosts), "port": "5432,5432", "sslmode": "disable"})
        return f"postgresql://postgres@/postgres?{query}"

    async def wait_for_standby(self) -> None:
        """Let the primary wait for the standby at each commit, from now on."""
        connection = await asyncpg.connect(self.primary.url)
        await connection.execute(f"alter system set synchronous_standby_names = '{_STANDBY}'")
        await connection.execute("select pg_reload_conf()")
        deadline = time.monotonic() + PATIENCE_S
        while await connection.fetchval("select sync_state from pg_stat_replication") != "sync":
            assert time.monotonic() < deadline
            time.sleep(0.05)  # noqa: ASYNC251  # nothing else runs
        await connection.close()

    async def cut_off(self) -> None:
        """Let the standby receive nothing from now on."""
        connection = await asyncpg.connect(self.standby.url)
        await connection.execute("alter system set primary_conninfo = ''")
        await connection.execute("select pg_reload_conf()")
        deadline = time.monotonic() + PATIENCE_S
        while await connection.fetchval("select count(*) from pg_stat_wal_receiver"):
            assert time.monotonic() < deadline
            time.sleep(0.05)  # noqa: ASYNC251  # nothing else runs
        await connection.close()

    def kill_primary(self) -> None:
        """With kill -9, and all its processes at once, as when its machine is gone."""
        pid = int((self._primary_home / "postmaster.pid").read_text().split("\n", 1)[0])
        server = psutil.Process(pid)
        processes = [server, *server.children(recursive=True)]
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, PATIENCE_S)

    async def promote(self) -> None:
        connection = await asyncpg.connect(self.standby.url)
        assert await connection.fetchval("select pg_promote()")
        await connection.close()

    def stop(self) -> None:
        self.standby.stop()
