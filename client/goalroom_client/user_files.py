"""Where the user's own files are, and files that are theirs alone."""

import os
import sys
from pathlib import Path

from goalroom_client.failures import bad_usage

_OTHERS = 0o077


def configuration_directory() -> Path:
    """$XDG_CONFIG_HOME/goalroom, else ~/.config/goalroom."""
    return _home("XDG_CONFIG_HOME", ".config")


def state_directory() -> Path:
    """$XDG_STATE_HOME/goalroom, else ~/.local/state/goalroom."""
    return _home("XDG_STATE_HOME", ".local/state")


def admin_token() -> Path:
    """The file that a server on this machine keeps its ADMIN token in."""
    if given := os.environ.get("GOALROOM_DATA_DIR"):
        return Path(given).expanduser() / "admin-token"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/goalroom/admin-token"
    return _home("XDG_DATA_HOME", ".local/share") / "admin-token"


def read_secret(path: Path) -> str:
    """The one line of a file that holds a token; a warning where others may read it."""
    try:
        if os.name == "posix" and path.stat().st_mode & _OTHERS:
            sys.stderr.write(f"Warning: others may read {path}, which holds a token. Run: chmod 600 {path}\n")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not a text"
        raise bad_usage(f"Can't read the token in {path}: {why}.", "`gr login URL` keeps a token.") from error


def write_private(path: Path, text: str) -> None:
    """The file, whole or as it was, and nobody else's to read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _home(variable: str, default: str) -> Path:
    given = os.environ.get(variable, "")
    return (Path(given) if Path(given).is_absolute() else Path.home() / default) / "goalroom"
