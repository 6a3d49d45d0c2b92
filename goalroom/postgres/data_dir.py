"""The data directory: its owner and its permissions."""

import logging
import os
import pwd
import shlex
import shutil
import stat
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from goalroom.command_error import CommandError
from goalroom.postgres.file_lock import Lock

CLUSTER, NEW_CLUSTER, TURN, IN_USE, ADMIN_TOKEN = (
    "postgres",
    "postgres.new",
    "postgres.turn",
    "postgres.in-use",
    "admin-token",
)
_OURS = {CLUSTER, NEW_CLUSTER, TURN, IN_USE, ADMIN_TOKEN, ADMIN_TOKEN + ".new"}
_SYSTEM_USER = "goalroom"
_DIRECTORY_MODE, _FILE_MODE = 0o700, 0o600
# Postgres refuses to start on a directory that others may write to, or anybody but its group read.
_REFUSED_BY_POSTGRES = 0o027
# In a directory that is root's alone, as only root makes users: nobody else can hold it.
_USERADD_LOCK = Path("/run/goalroom-useradd.lock")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that Postgres runs as."""

    uid: int
    gid: int


def make(path: Path) -> None:
    """The directory, closed to others where it is new or empty."""
    try:
        path.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        if not any(path.iterdir()) and path.stat().st_uid == os.geteuid():
            path.chmod(_DIRECTORY_MODE)
    except OSError as error:
        raise CommandError(f"Can't create or read the data directory {path}: {error.strerror}.") from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise CommandError(f"The data directory {path} is not writable for this user.")


def close_to_others(path: Path) -> None:
    """Take away what others than the owner may do with what is there, and log it.

    A directory that holds files of others keeps its mode: it may be somebody's home, or the system's.
    """
    if not os.access(path, os.R_OK | os.X_OK):
        return
    _close(path / ADMIN_TOKEN, _FILE_MODE)
    _close(cluster := path / CLUSTER, _DIRECTORY_MODE)
    if _is_ours_alone(path):
        _close(path, _DIRECTORY_MODE)
    if cluster.exists() and (mode := _mode(cluster)) & _REFUSED_BY_POSTGRES:
        raise CommandError(
            f"Postgres refuses the directory {cluster}, since others may use it (its mode is {mode:04o}), "
            f"and it can't be closed to them here. Run: chmod 0700 {shlex.quote(str(cluster))}"
        )


def _close(path: Path, wanted: int) -> None:
    if not path.exists() or (mode := _mode(path)) == wanted:
        return
    said = {"path": str(path), "mode": f"{mode:04o}", "wanted": f"{wanted:04o}"}
    try:
        path.chmod(wanted)
    except OSError as error:
        _log.warning("others may read this, and its mode can't be changed", extra=said | {"error": error.strerror})
    else:
        _log.warning("changed the mode of this, which is nobody else's", extra=said)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _is_ours_alone(path: Path) -> bool:
    return all(entry.name in _OURS for entry in path.iterdir())


def account(path: Path) -> Account | None:
    """The user that Postgres runs as, if this process is root: Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for owned in (path / CLUSTER, path):
        if owned.exists() and (uid := owned.stat().st_uid) != 0:
            try:
                return Account(uid, pwd.getpwuid(uid).pw_gid)
            except KeyError:
                raise CommandError(f"{owned} belongs to user id {uid}, which does not exist on this system.") from None
    user = system_user()
    if _is_ours_alone(path):
        os.chown(path, user.uid, user.gid)
    return user


def let_through(path: Path, user: Account) -> None:
    """Root's own directories on the way to `path` become passable (not readable) for the user."""
    for folder in reversed(path.resolve().parents):
        found = folder.stat()
        if found.st_uid != user.uid and not found.st_mode & stat.S_IXOTH:
            _open(folder, stat.S_IXOTH)


def let_read(folder: Path, user: Account) -> None:
    """What is in the folder becomes readable, where an installation under a strict umask made it root's alone."""
    let_through(folder, user)
    for path in _everything_in(folder):
        mode = path.stat().st_mode
        wanted = stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode & wanted != wanted:
            _open(path, wanted)


def _everything_in(folder: Path) -> Iterator[Path]:
    yield folder
    yield from (path for path in folder.rglob("*") if not path.is_symlink())


def _open(path: Path, bits: int) -> None:
    try:
        path.chmod(stat.S_IMODE(path.stat().st_mode) | bits)
    except OSError as error:
        raise CommandError(f"Postgres, which never runs as root, has no access to {path}: {error.strerror}.") from error


def system_user(name: str = _SYSTEM_USER) -> Account:
    """The system user of this name, made where it is missing."""
    found = _look_up(name)
    if found is not None:
        return found
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd is not None:
        # Two runs of useradd at once both succeed, and the later one replaces the user id that the earlier one gave.
        with _one_process_at_a_time():
            found = _look_up(name)
            if found is None:
                subprocess.run(  # noqa: S603  # a system tool, and a name of ours
                    [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", name],
                    check=False,
                    capture_output=True,
                )
                found = _look_up(name)
    if found is None:
        raise CommandError(
            f"Postgres never runs as root, and the system user {name} can't be created: "
            "run goalroom as an ordinary user, or set --database-url."
        )
    return found


def _look_up(name: str) -> Account | None:
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(user.pw_uid, user.pw_gid)


@contextmanager
def _one_process_at_a_time() -> Generator[None]:
    """Among all of this machine that make the system user, whatever their data directories are."""
    try:
        lock = Lock(_USERADD_LOCK)
    except OSError as error:
        raise CommandError(f"Can't create the lock {_USERADD_LOCK}: {error.strerror}.") from error
    try:
        lock.wait()
        yield
    finally:
        lock.release()
