"""Who one is, and keeping a token."""

import json
import re
import sys
from typing import Any

from goalroom_client import user_files
from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.connection_settings import DEFAULT_PROFILE, Connection, clean_url, user_profiles
from goalroom_client.failures import bad_usage

_ME = "{ me { id name kind description capabilities presence rooms { id name title } } myRole }"


def whoami(call: Call) -> Answer:
    found = call.ask(_ME)
    return Answer(found["me"] | {"role": found["myRole"]}, f"{_said(found)}\nat {call.settings.url}")


def login(call: Call) -> Answer:
    from goalroom_client.api import Api

    name = call.options.profile or DEFAULT_PROFILE
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        raise bad_usage("The name of a profile has letters, digits, hyphens and underscores.")
    url = clean_url(call.options.address)
    user_profiles()
    token = _token(url)
    found = Api(Connection(url, token, None, None)).ask(_ME)
    folder = user_files.configuration_directory()
    config = folder / "config.toml"
    new = {"url": url, "token_file": f"tokens/{name}"} | ({"room": call.options.room} if call.options.room else {})
    before = config.read_text("utf-8") if config.is_file() else ""
    user_files.write_private(folder / "tokens" / name, f"{token}\n")
    user_files.write_private(config, with_profile(before, name, new))
    return Answer(found["me"] | {"role": found["myRole"]}, f"{_said(found)}\nKept as profile {name} in {config}")


def with_profile(text: str, name: str, values: dict[str, str]) -> str:
    """The config.toml with this profile in it, and everything else as it was."""
    lines = text.splitlines()
    header = re.compile(rf"""\s*\[\s*profiles\s*\.\s*["']?{re.escape(name)}["']?\s*\]\s*(#.*)?""")
    # A JSON text is a TOML text as well.
    new = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    begin = next((index for index, line in enumerate(lines) if header.fullmatch(line)), None)
    if begin is None:
        lines += [*([""] if lines else []), f"[profiles.{name}]", *new]
    else:
        end = next((i for i in range(begin + 1, len(lines)) if lines[i].lstrip().startswith("[")), len(lines))
        replaced = re.compile(rf"\s*(?:{'|'.join(values)})\s*=")
        kept = [line for line in lines[begin + 1 : end] if not replaced.match(line)]
        lines[begin + 1 : end] = [*new, *kept]
    return "\n".join(lines) + "\n"


def _token(url: str) -> str:
    """From standard input, or typed unseen."""
    if sys.stdin.isatty():
        from getpass import getpass

        token = getpass(f"Token for {url}: ")
    else:
        token = sys.stdin.readline()
    if not (token := token.strip()) or not token.isascii() or not token.isprintable() or " " in token:
        raise bad_usage("There is no token on standard input.", f"gr login {url} < FILE, or type it at a terminal.")
    return token


def _said(found: dict[str, Any]) -> str:
    me = found["me"]
    rooms = ", ".join(room["name"] for room in me["rooms"]) or "no room"
    return f"{me['name']} ({me['id']}, {me['kind']}, {found['myRole']}) in {rooms}"


COMMANDS = {
    "whoami": Command(whoami),
    "login": Command(
        login,
        (arg("address", metavar="URL", help="the server, such as https://goalroom.example"),),
        "The token comes from standard input, or is typed unseen. Without --profile it is kept as `default`, which is "
        "used where no profile is named",
    ),
}
