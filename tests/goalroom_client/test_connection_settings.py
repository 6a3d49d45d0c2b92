"""Where `gr` connects, and to whom it never sends a token."""

import os
import stat
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.goalroom_client.team import Team
from tests.goalroom_client.terminal import Terminal

NOBODY = "http://127.0.0.1:1"


def config(terminal: Terminal, text: str) -> Path:
    path = terminal.home / ".config" / "goalroom" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def token_file(terminal: Terminal, name: str, token: str) -> Path:
    path = terminal.home / name
    path.write_text(f"{token}\n", "utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def visitor(team: Team, request: pytest.FixtureRequest) -> Terminal:
    """Somebody whose environment says nothing."""
    name = f"v{abs(hash(request.node.name)) % 10**9}"
    visitor = team.agent(name)
    visitor.environment.clear()
    return visitor


def test_options_outweigh_the_environment_and_stand_before_or_after_the_command(team: Team, visitor: Terminal) -> None:
    path = token_file(visitor, "token", visitor.token)
    wrong = {"GOALROOM_URL": NOBODY, "GOALROOM_TOKEN": "wrong", "GOALROOM_ROOM": "nowhere"}

    before = visitor("--url", team.url, "--token-file", str(path), "--room", team.room, "--json", "ready", **wrong)
    after = visitor("ready", "--json", "--room", team.room, "--token-file", str(path), "--url", team.url, **wrong)

    assert before.data == after.data == []


def test_the_environment_names_server_token_and_room(team: Team, visitor: Terminal) -> None:
    path = token_file(visitor, "token", visitor.token)

    assert visitor.json("whoami", GOALROOM_URL=team.url, GOALROOM_TOKEN=visitor.token)["name"] == visitor.name
    assert visitor.json("whoami", GOALROOM_URL=team.url, GOALROOM_TOKEN_FILE=str(path))["name"] == visitor.name
    refused = visitor.refused("ready", GOALROOM_URL=team.url, GOALROOM_TOKEN=visitor.token, GOALROOM_ROOM="nowhere")
    assert (refused["code"], refused["status"]) == ("NOT_FOUND", 2)


def test_a_login_is_checked_and_kept(team: Team, visitor: Terminal) -> None:
    done = visitor("login", team.url + "/", stdin=f"{visitor.token}\n")

    folder = visitor.home / ".config" / "goalroom"
    assert done.status == 0, done.errors
    assert visitor.name in done.output
    assert visitor.token not in done.output + done.errors
    assert (folder / "config.toml").read_text() == (
        f'[profiles.default]\nurl = "{team.url}"\ntoken_file = "tokens/default"\n'
    )
    assert (folder / "tokens" / "default").read_text() == f"{visitor.token}\n"
    assert stat.S_IMODE((folder / "tokens" / "default").stat().st_mode) == 0o600
    assert visitor.json("whoami")["name"] == visitor.name


def test_a_login_with_a_wrong_token_keeps_nothing(team: Team, visitor: Terminal) -> None:
    done = visitor("login", team.url, stdin="gr_wrong\n")

    assert (done.status, done.output) == (4, "")
    assert done.errors.startswith("UNAUTHENTICATED: ")
    assert not (visitor.home / ".config").exists()
    assert visitor("login", team.url, stdin="").status == 2


def test_a_login_leaves_the_rest_of_the_file_as_it_is(team: Team, visitor: Terminal) -> None:
    path = config(
        visitor, '# mine\n[profiles.other]\nurl = "http://other"  # far\n\n[profiles.work]\nurl = "x"\nroom = "web"\n'
    )

    assert visitor("login", team.url, "--profile", "work", stdin=visitor.token).status == 0

    assert path.read_text() == (
        '# mine\n[profiles.other]\nurl = "http://other"  # far\n\n'
        f'[profiles.work]\nurl = "{team.url}"\ntoken_file = "tokens/work"\nroom = "web"\n'
    )


def test_a_profile_is_chosen_by_option_environment_or_repository(team: Team, visitor: Terminal) -> None:
    assert visitor("login", team.url, "--profile", "work", stdin=visitor.token).status == 0

    assert visitor.json("whoami", "--profile", "work", GOALROOM_URL=NOBODY)["name"] == visitor.name
    assert visitor.json("whoami", GOALROOM_PROFILE="work")["name"] == visitor.name
    (visitor.home / ".goalroom.toml").write_text('profile = "work"\n')
    assert visitor.json("whoami")["name"] == visitor.name
    missing = visitor.refused("whoami", "--profile", "nobody")
    assert (missing["code"], missing["status"]) == ("BAD_INPUT", 2)
    assert "nobody" in missing["message"]


@pytest.fixture
def stranger() -> Generator[tuple[str, list[str]]]:
    """Another server, and the tokens that it was sent."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.headers["Authorization"])
            self.send_error(500)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


def test_a_repository_cannot_send_a_token_elsewhere(
    team: Team, visitor: Terminal, stranger: tuple[str, list[str]]
) -> None:
    url, heard = stranger
    (visitor.home / ".goalroom.toml").write_text(f'url = "{url}"\n')

    by_environment = visitor.refused("whoami", GOALROOM_TOKEN=visitor.token)
    assert visitor("login", team.url, stdin=visitor.token).status == 0
    by_profile = visitor.refused("whoami")
    assert visitor("login", team.url, "--profile", "work", stdin=visitor.token).status == 0
    (visitor.home / ".goalroom.toml").write_text(f'url = "{url}"\nprofile = "work"\n')
    by_named_profile = visitor.refused("whoami")

    for refused in (by_environment, by_profile, by_named_profile):
        assert (refused["code"], refused["status"]) == ("FORBIDDEN", 4)
        assert url in refused["message"]
        assert f"gr login {url}" in refused["hint"]
    assert heard == []
    assert visitor.json("whoami", GOALROOM_URL=team.url)["name"] == visitor.name
    assert visitor.json("whoami", "--url", team.url)["name"] == visitor.name


def test_a_repository_may_name_a_server_that_its_user_knows(team: Team, visitor: Terminal) -> None:
    assert visitor("login", NOBODY, stdin=visitor.token).status == 7
    config(visitor, f'[profiles.default]\nurl = "{NOBODY}"\ntoken_file = "t"\n')
    assert visitor("login", team.url, "--profile", "work", stdin=visitor.token).status == 0

    (visitor.home / ".goalroom.toml").write_text(f'url = "{team.url}/"\nroom = "{team.room}"\n')

    assert visitor.json("whoami")["name"] == visitor.name


def test_the_nearest_file_up_to_the_root_of_the_repository_counts(team: Team, visitor: Terminal) -> None:
    assert visitor("login", team.url, stdin=visitor.token).status == 0
    inner = visitor.home / "repository" / "a" / "b"
    inner.mkdir(parents=True)
    (visitor.home / ".goalroom.toml").write_text('room = "outside"\n')
    visitor.directory = inner

    assert visitor("ready").status == 0
    (visitor.home / "repository" / ".git").mkdir()
    assert visitor("ready").status == 0
    (visitor.home / "repository" / ".goalroom.toml").write_text('room = "root"\n')
    assert "root" in visitor("ready").errors
    (visitor.home / "repository" / "a" / ".goalroom.toml").write_text('room = "nearer"\n')
    assert "nearer" in visitor("ready").errors


@pytest.mark.parametrize(
    ("text", "named"),
    [("token = 'x'", "token"), ("colour = 'red'", "colour"), ("room = 3", "room"), ("room", ".goalroom.toml")],
)
def test_what_does_not_belong_into_the_file_of_a_repository_is_named(
    team: Team, visitor: Terminal, text: str, named: str
) -> None:
    (visitor.home / ".goalroom.toml").write_text(text)

    refused = visitor.refused("whoami", GOALROOM_URL=team.url, GOALROOM_TOKEN=visitor.token)

    assert (refused["code"], refused["status"]) == ("BAD_INPUT", 2)
    assert named in refused["message"]


def test_others_who_may_read_a_token_are_warned_of(team: Team, visitor: Terminal) -> None:
    path = token_file(visitor, "token", visitor.token)
    path.chmod(0o644)

    done = visitor("whoami", "--url", team.url, "--token-file", str(path))

    assert done.status == 0
    assert done.errors == f"Warning: others may read {path}, which holds a token. Run: chmod 600 {path}\n"


def test_on_the_servers_machine_its_own_token_serves_and_is_named(visitor: Terminal, server: tuple[str, str]) -> None:
    path = visitor.home / ".local" / "share" / "goalroom" / "admin-token"
    path.parent.mkdir(parents=True)
    path.write_text(server[1])
    path.chmod(0o600)

    done = visitor("whoami")

    # Nothing of these tests listens on the usual port; where something does, it knows no such token.
    assert done.status in {4, 7}
    assert done.errors.startswith(f"Connecting to http://127.0.0.1:4280 with the token in {path}.\n")
    path.unlink()
    assert visitor.refused("whoami")["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("url", ["ftp://x", "x", "http://", "http://me:secret@x", "http://x?a=b", "http://x:99999"])
def test_what_is_no_address_is_said(visitor: Terminal, url: str) -> None:
    refused = visitor.refused("whoami", "--url", url, GOALROOM_TOKEN="any")

    assert (refused["code"], refused["status"]) == ("BAD_INPUT", 2)


def test_an_environment_that_is_empty_says_nothing(team: Team, visitor: Terminal) -> None:
    assert visitor("login", team.url, stdin=visitor.token).status == 0

    empty = dict.fromkeys(("GOALROOM_URL", "GOALROOM_TOKEN", "GOALROOM_ROOM", "GOALROOM_PROFILE"), "")
    assert visitor.json("whoami", **empty)["name"] == visitor.name
    assert os.environ.get("GOALROOM_URL") is None
