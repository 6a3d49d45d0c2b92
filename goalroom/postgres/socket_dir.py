"""Where the embedded Postgres has its socket, which only its own user may reach."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from goalroom.command_error import CommandError
from goalroom.postgres.data_dir import Account

_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET = 103  # of macOS; Linux takes 107
# What divides the setting's list of directories, and what a shell reads in pg_ctl's options and its postmaster.opts.
_SPECIAL = frozenset(",\"'$`\\\n")


def path(home: Path, account: Account | None) -> Path:
    """The cluster's own directory, or, where that path is too long or strange for a socket, a short one beside."""
    if len(os.fsencode(home / _SOCKET)) <= _LONGEST_SOCKET and not _SPECIAL & set(str(home)):
        return home
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"goalroom-{_owner(account)}-{name}"


def make(folder: Path, home: Path, account: Account | None) -> None:
    """The temporary directory is everybody's: one that somebody else put there would be a trap."""
    if folder == home:
        return
    try:
        folder.mkdir(mode=0o700)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        found = folder.lstat()
        if found.st_uid != _owner(account) or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
            raise CommandError(
                f"The embedded Postgres needs {folder}, which something else created: remove it."
            ) from None
    except OSError as error:
        why = f"Can't create the directory {folder} for the socket of the embedded Postgres: {error.strerror}."
        raise CommandError(why) from error


def _owner(account: Account | None) -> int:
    return os.geteuid() if account is None else account.uid
