"""What runner.toml says: whose inboxes are followed, and what they start."""

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from goalroom_client import connection_settings, user_files
from goalroom_client.connection_settings import Connection, Given
from goalroom_client.documents import INBOX_KINDS
from goalroom_client.failures import bad_usage

_PLACES = re.compile(r"\{(prompt|item|task|session)\}")


class AgentSettings(NamedTuple):
    """One agent of the file."""

    profile: str | None
    command: tuple[str, ...]
    directory: Path
    kinds: tuple[str, ...]
    labels: tuple[str, ...]
    concurrency: int
    settle_seconds: float
    silence_seconds: float
    max_per_hour: int
    cooldown_seconds: int

    def arguments(self, **words: str) -> list[str]:
        """The command with these words in the places that it leaves for them, each in one argument."""

        def filled(match: re.Match[str]) -> str:
            return words[match[1]]

        return [_PLACES.sub(filled, part) for part in self.command]


class WatchedAgent(NamedTuple):
    """An agent of the file, where it connects, and where its token is; None where no file has it."""

    settings: AgentSettings
    connection: Connection
    token_file: Path | None


def read(path: Path | None) -> list[WatchedAgent]:
    """The agents of the file; BAD_INPUT, exit 2, where it says something that it can't mean."""
    path = path or user_files.configuration_directory() / "runner.toml"
    found = _read(path)
    agents = found.pop("agent", None)
    if found:
        raise bad_usage(f"{path} has {next(iter(found))}, which doesn't belong there.", "It holds [[agent]] tables.")
    if not isinstance(agents, list) or not agents or not all(isinstance(agent, dict) for agent in agents):
        raise bad_usage(f"{path} names no agent.", "Write [[agent]], and `profile` and `command` below it.")
    return [_watched(_settings(f"{path}, agent {number}", agent)) for number, agent in enumerate(agents, 1)]


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise bad_usage(f"Can't read {path}: {why}.", "Correct the file, or name another: gr runner FILE") from error


def _settings(where: str, given: dict[str, Any]) -> AgentSettings:
    left = dict(given)
    directory = Path(_text(where, "directory", left.pop("directory", os.curdir))).expanduser()
    if not directory.is_dir():
        raise bad_usage(f"{where}: directory {directory} is none.", "Correct the file.")
    settings = AgentSettings(
        profile=None if "profile" not in left else _text(where, "profile", left.pop("profile")),
        command=_texts(where, "command", left.pop("command", ())),
        directory=directory.absolute(),
        kinds=_texts(where, "kinds", left.pop("kinds", INBOX_KINDS)),
        labels=_texts(where, "labels", left.pop("labels", ())),
        concurrency=int(_number(where, "concurrency", left.pop("concurrency", 1), least=1, whole=True)),
        settle_seconds=_number(where, "settle_seconds", left.pop("settle_seconds", 3)),
        silence_seconds=_number(where, "silence_seconds", left.pop("silence_seconds", 600)),
        max_per_hour=int(_number(where, "max_per_hour", left.pop("max_per_hour", 12), least=1, whole=True)),
        cooldown_seconds=int(_number(where, "cooldown_seconds", left.pop("cooldown_seconds", 60), least=1, whole=True)),
    )
    if left:
        known = ", ".join(AgentSettings._fields)
        raise bad_usage(f"{where}: {next(iter(left))} doesn't belong there.", f"An agent has {known}.")
    if not settings.command:
        raise bad_usage(f"{where}: command is missing.", 'Write command = ["PROGRAM", "ARGUMENT", ...].')
    for kind in settings.kinds:
        if kind not in INBOX_KINDS:
            raise bad_usage(f"{where}: {kind} is no kind of inbox item.", f"Kinds are {', '.join(INBOX_KINDS)}.")
    return settings


def _watched(settings: AgentSettings) -> WatchedAgent:
    connection = connection_settings.connection(Given(profile=settings.profile))
    return WatchedAgent(settings, connection, _token_file(settings.profile))


def _token_file(profile: str | None) -> Path | None:
    named = connection_settings.user_profiles().get(profile, {}).get("token_file") if profile else None
    if named is not None:
        return user_files.configuration_directory() / Path(named).expanduser()
    given = os.environ.get("GOALROOM_TOKEN_FILE")
    return Path(given).expanduser().absolute() if given and not os.environ.get("GOALROOM_TOKEN") else None


def _text(where: str, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise bad_usage(f"{where}: {key} must be a text.", "Correct the file.")
    return value


def _texts(where: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        raise bad_usage(f"{where}: {key} must be a list of texts.", "Correct the file.")
    return tuple(value)


def _number(where: str, key: str, value: Any, *, least: float = 0, whole: bool = False) -> float:
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or value < least:
        raise bad_usage(
            f"{where}: {key} must be a {'whole ' if whole else ''}number from {least}.", "Correct the file."
        )
    return value
