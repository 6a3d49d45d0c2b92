"""The file in the data directory that lets the commands and people of this machine in as admin."""

import os
import secrets
from pathlib import Path

from goalroom.command_error import CommandError
from goalroom.postgres import data_dir
from goalroom.settings import is_token


def keep(folder: Path) -> str:
    """The token in DATA_DIR/admin-token, which is written where there is none: whole or not at all."""
    data_dir.make(folder)
    path = folder / data_dir.ADMIN_TOKEN
    try:
        if path.exists() and is_token(token := path.read_text(encoding="ascii").strip()):
            return token
        token = "gr_" + secrets.token_urlsafe(32)
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(token + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"Can't write the admin's token to {path}: {error}.") from error
    return token
