"""Where the client connects: options, then the environment, the repository's file, and the user's profiles."""

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from goalroom_client import user_files
from goalroom_client.failures import Failure, bad_usage

LOCAL = "http://127.0.0.1:4280"
REPOSITORY_FILE = ".goalroom.toml"
DEFAULT_PROFILE = "default"

_REPOSITORY_KEYS = ("url", "room", "profile")
_PROFILE_KEYS = ("url", "token_file", "room")


class Given(NamedTuple):
    """What the command line says."""

    url: str | None = None
    token_file: str | None = None
    room: str | None = None
    session: str | None = None
    profile: str | None = None


class Connection(NamedTuple):
    """Where requests go, and as whom."""

    url: str
    token: str
    room: str | None
    session: str | None


class _Place(NamedTuple):
    """`url` is None where nothing names one; `named` is the profile of an option, `profile` the one that is used."""

    url: str | None
    room: str | None
    named: dict[str, str]
    profile: dict[str, str]


def connection(given: Given) -> Connection:
    """What the command is to use; a token goes only to a url that the user's own files, environment or options name."""
    place = _place(given)
    token = _token(given, place.named) or _profile_token(place.profile) or _local_token(place.url)
    return Connection(place.url or LOCAL, token, place.room, given.session or _environment("SESSION"))


def address(given: Given) -> str:
    """The url of that connection."""
    return _place(given).url or LOCAL


def _place(given: Given) -> _Place:
    repository, profiles = repository_settings(), user_profiles()
    name = given.profile or _environment("PROFILE") or repository.get("profile")
    profile = _profile(name, profiles)
    named = profile if given.profile else {}
    url = given.url or named.get("url") or _environment("URL")
    if url is None and (theirs := repository.get("url")):
        url = clean_url(theirs)
        profile = _profile_of(url, name, profile, profiles)
    url = url or profile.get("url")
    room = given.room or named.get("room") or _environment("ROOM") or repository.get("room") or profile.get("room")
    return _Place(clean_url(url) if url else None, room, named, profile)


def clean_url(url: str) -> str:
    """As it is compared: without what may be left out; BAD_INPUT where it is no address of a server."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise bad_usage(f"{url} is no address.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise bad_usage(f"{url} is no address of a server.", f"An address looks like {LOCAL}.")
    if parts.username is not None or parts.password is not None:
        raise bad_usage("An address holds no user and no password.", "`gr login URL` asks for the token.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path.rstrip("/").removesuffix("/graphql")
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{path}"


def repository_settings() -> dict[str, str]:
    """What the nearest .goalroom.toml says, up to the repository's root; nothing where there is none."""
    here = Path.cwd()
    root = repository_root(here)
    for folder in (here, *here.parents):
        path = folder / REPOSITORY_FILE
        if path.is_file():
            return _checked(path, _read(path), _REPOSITORY_KEYS)
        if folder == root:
            break
    return {}


def user_profiles() -> dict[str, dict[str, str]]:
    """The profiles of the user's own config.toml, by name."""
    path = user_files.configuration_directory() / "config.toml"
    if not path.is_file():
        return {}
    found = _read(path)
    profiles = found.pop("profiles", {})
    if found or not isinstance(profiles, dict):
        raise bad_usage(f"{path} holds [profiles.NAME] and nothing else, but has {', '.join(found) or 'profiles'}.")
    for name, profile in profiles.items():
        if not isinstance(profile, dict):
            raise bad_usage(f"{path}: profiles.{name} is no table.", f"Write [profiles.{name}], and url below it.")
    return {name: _checked(path, profile, _PROFILE_KEYS) for name, profile in profiles.items()}


def repository_root(here: Path) -> Path:
    """The folder with .git above this one; this one, outside of a repository."""
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise bad_usage(f"Can't read {path}: {error}.", "Correct the file.") from error


def _checked(path: Path, found: dict[str, Any], keys: tuple[str, ...]) -> dict[str, str]:
    for key, value in found.items():
        if key not in keys:
            hint = f"It holds {', '.join(keys)}."
            if "token" in key:
                hint += " A token is kept by `gr login URL`, in a file of the user's own."
            raise bad_usage(f"{path} has {key}, which doesn't belong there.", hint)
        if not isinstance(value, str) or not value:
            raise bad_usage(f"{path}: {key} must be a text.", "Correct the file.")
    return found


def _profile(name: str | None, profiles: dict[str, dict[str, str]]) -> dict[str, str]:
    if name is None:
        return profiles.get(DEFAULT_PROFILE, {})
    if name not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise bad_usage(f"There is no profile {name}; there is {known}.", f"Make it: gr login URL --profile {name}")
    return profiles[name]


def _profile_of(
    url: str, name: str | None, profile: dict[str, str], profiles: dict[str, dict[str, str]]
) -> dict[str, str]:
    """The profile whose url the repository's file names; FORBIDDEN where the user's own files don't."""
    candidates = [profile] if name is not None else [profile, *profiles.values()]
    for one in candidates:
        if "url" in one and clean_url(one["url"]) == url:
            return one
    raise Failure(
        "FORBIDDEN",
        f"{REPOSITORY_FILE} names {url}, which no profile of yours does: your token isn't sent there.",
        f"If you trust that server: gr login {url} --profile NAME. Else pass the right one with --url, or correct "
        f"{REPOSITORY_FILE}.",
    )


def _token(given: Given, chosen: dict[str, str]) -> str | None:
    """What options name, else what the environment does."""
    if given.token_file:
        return user_files.read_secret(Path(given.token_file).expanduser())
    if chosen:
        return _profile_token(chosen)
    if token := _environment("TOKEN"):
        return token
    if path := _environment("TOKEN_FILE"):
        return user_files.read_secret(Path(path).expanduser())
    return None


def _profile_token(profile: dict[str, str]) -> str | None:
    if "token_file" not in profile:
        return None
    # A relative path is one beside config.toml.
    path = Path(profile["token_file"]).expanduser()
    return user_files.read_secret(user_files.configuration_directory() / path)


def _local_token(url: str | None) -> str:
    """On the server's own machine, where nothing names another: its ADMIN token."""
    path = user_files.admin_token()
    if url is None and os.access(path, os.R_OK):
        sys.stderr.write(f"Connecting to {LOCAL} with the token in {path}.\n")
        return user_files.read_secret(path)
    where = url or "http://HOST:PORT"
    raise Failure("UNAUTHENTICATED", f"No token is known for {url or LOCAL}.", f"Keep one with: gr login {where}")


def _environment(name: str) -> str | None:
    return os.environ.get(f"GOALROOM_{name}") or None
