"""The login link that `serve` prints to a terminal, and the page's files."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from goalroom.endpoints import dashboard
from tests.e2e.commands import PATIENCE, Server, environment_with, run


@pytest.fixture
def terminal(home: Path, tmp_path: Path) -> Generator[list[str]]:
    """What `goalroom serve` prints on a terminal: its first two lines."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "goalroom", "serve", "--port", "0", "--data-dir", str(home)]
    process = subprocess.Popen(  # noqa: S603  # our own command
        command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment_with({}), cwd=tmp_path
    )
    os.close(theirs)
    with os.fdopen(ours, encoding="utf-8") as screen:
        yield [screen.readline().strip(), screen.readline().strip()]
        process.terminate()
        assert process.wait(PATIENCE) == 0


@pytest.fixture
async def stranger(terminal: list[str]) -> AsyncGenerator[httpx.AsyncClient]:
    """Somebody who knows the address."""
    async with httpx.AsyncClient(base_url=terminal[0].removeprefix("Goalroom is ready: ")) as client:
        yield client


def _ticket(terminal: list[str]) -> str:
    found = re.search(r"#ticket=([\w-]{32})$", terminal[1])
    assert found is not None
    return found[1]


async def test_the_ticket_on_the_terminal_lets_in_as_admin_once(
    terminal: list[str], stranger: httpx.AsyncClient
) -> None:
    ticket = _ticket(terminal)

    wrong = await stranger.post("/login", json={"ticket": ticket[:-1] + "~"})
    answer = await stranger.post("/login", json={"ticket": ticket})
    again = await stranger.post("/login", json={"ticket": ticket})

    assert (wrong.status_code, answer.status_code, again.status_code) == (403, 200, 403)
    assert answer.headers["cache-control"] == "no-store"
    # Nothing for a script to read: the session is in the cookie alone.
    assert answer.json() == {}
    from_page = {"x-goalroom-page": "1"}
    asked = "{ me { name } } "
    made = 'mutation { createRoom(input: {name: "r"}) { name } }'
    answers = [await stranger.post("/graphql", json={"query": one}, headers=from_page) for one in (asked, made)]
    assert [one.json()["data"] for one in answers] == [{"me": {"name": "admin"}}, {"createRoom": {"name": "r"}}]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/json", 403),
        (b"[]", "application/json", 403),
        (b'{"ticket": 7}', "application/json", 403),
        (b'{"ticket": null}', "application/json", 403),
        ('{"ticket": "é"}'.encode(), "application/json", 403),
        (b"[" * 900, "application/json", 403),
        (b" " * 2_000, "application/json", 413),
        (b"ticket=x", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_what_is_no_ticket_is_refused(server: tuple[str, str], content: bytes, kind: str, status: int) -> None:
    async with httpx.AsyncClient(base_url=server[0]) as client:
        answer = await client.post("/login", content=content, headers={"content-type": kind})
        asked = await client.get("/login")

    assert (answer.status_code, asked.status_code) == (status, 405)


async def test_the_path_of_an_earlier_version_still_takes_the_ticket(
    terminal: list[str], stranger: httpx.AsyncClient
) -> None:
    answer = await stranger.post("/way-in", json={"ticket": _ticket(terminal)})

    assert answer.status_code == 200
    assert "HttpOnly" in answer.headers["set-cookie"]


async def test_a_link_is_printed_for_whom_one_names_while_a_server_runs(home: Path) -> None:
    with Server("--data-dir", home) as server:
        printed = [run("link", "pat", *options, "--data-dir", home) for options in ([], ["--role", "observer"])]
        people = await _signed_in(server.url, *(_ticket_in(one.stdout, server.url) for one in printed))
        admin = run("link", "admin", "--data-dir", home, "--public-url", "https://goalroom.example/")
        (signed_in,) = await _signed_in(server.url, _ticket_in(admin.stdout, "https://goalroom.example"))

    pat = {"name": "pat", "kind": "HUMAN", "rooms": [{"name": "main"}]}
    assert [one.stderr for one in (*printed, admin)] == [""] * 3
    assert people == [{"me": pat, "myRole": "MEMBER"}, {"me": pat, "myRole": "OBSERVER"}]
    assert (signed_in["me"]["name"], signed_in["myRole"]) == ("admin", "ADMIN")


def test_a_link_to_a_room_that_is_not_there_makes_nobody(home: Path) -> None:
    refused = run("link", "pat", "--room", "nowhere", "--data-dir", home)
    listed = run("tokens", "pat", "--data-dir", home)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "goalroom: There is no room nowhere.\n"
    assert listed.stderr == "goalroom: There is no agent pat.\n"


def _ticket_in(printed: str, at: str) -> str:
    link, ticket = printed.strip().split("/#ticket=")
    assert link == at
    return ticket


async def _signed_in(url: str, *tickets: str) -> list[dict[str, Any]]:
    """Who is signed in with each of them."""
    found = []
    for ticket in tickets:
        async with httpx.AsyncClient(base_url=url) as browser:
            assert (await browser.post("/login", json={"ticket": ticket})).status_code == 200
            asked = {"query": "{ me { name kind rooms { name } } myRole }"}
            found.append((await browser.get("/graphql", params=asked)).json()["data"])
    return found


def test_into_a_pipe_no_login_link_is_printed(home: Path) -> None:
    with Server("--data-dir", home) as server:
        assert server.stop() == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A page as the build leaves it."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(b"<p>index")
    (folder / "graphiql.html").write_bytes(b"<p>graphiql")
    (folder / "assets" / "graphiql").mkdir()
    (folder / "assets" / "graphiql" / "editor-3c4d.js").write_bytes(b"editor")
    (folder / "assets" / "page-1a2b.js").write_bytes(b"plain")
    (folder / "assets" / "page-1a2b.js.gz").write_bytes(b"zipped")
    (folder / "assets" / "page-1a2b.js.br").write_bytes(b"brotlied")
    (tmp_path / "secret").write_bytes(b"secret")
    return folder


@pytest.fixture
async def visitor(built: Path) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=dashboard.routes((built,))))
    async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
        yield client


async def test_the_addresses_of_views_answer_with_the_page_and_others_do_not(visitor: httpx.AsyncClient) -> None:
    found = {}
    for address in ("/", "/rooms/main/now", "/rooms/main/tasks/T1", "/assets/other.js", "/assets/../../secret", "/x"):
        answer = await visitor.get(address)
        found[address] = (answer.status_code, answer.text if answer.status_code == 200 else "")

    index, nothing = (200, "<p>index"), (404, "")
    assert list(found.values()) == [index, index, index, nothing, nothing, nothing]


@pytest.mark.parametrize(
    ("accepts", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"brotlied"),
        ("gzip", "gzip", b"zipped"),
        ("br;q=0, gzip;q=0.5", "gzip", b"zipped"),
        ("identity", None, b"plain"),
    ],
)
async def test_files_are_sent_as_the_browser_takes_them_and_kept_for_ever(
    visitor: httpx.AsyncClient, accepts: str, encoding: str | None, body: bytes
) -> None:
    async with visitor.stream("GET", "/assets/page-1a2b.js", headers={"accept-encoding": accepts}) as answer:
        sent = b"".join([part async for part in answer.aiter_raw()])

    assert (answer.headers.get("content-encoding"), sent) == (encoding, body)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_the_page_may_load_nothing_from_elsewhere_and_stands_in_no_frame(visitor: httpx.AsyncClient) -> None:
    headers = (await visitor.get("/")).headers

    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy[f"{kind}-src"] for kind in ("script", "style", "img", "connect")} == {"'self'"}
    assert policy["frame-ancestors"] == "'none'"
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert headers["cache-control"] == "no-cache"


async def test_styles_and_scripts_that_the_page_was_built_with_may_stand_in_it(built: Path) -> None:
    (built / "index.html").write_text("<style>a{}</style><script>let a;</script><script>let b;</script>")
    transport = httpx.ASGITransport(Starlette(routes=dashboard.routes((built,))))
    async with httpx.AsyncClient(transport=transport, base_url="http://page") as visitor:
        policy = (await visitor.get("/")).headers["content-security-policy"]

    # Of each what `openssl dgst -sha256 -binary | base64` says.
    scripts = "81WALLbUROF1pWdYjuQYKuIcGgY/+TqVJr8UsV6Tkvo=", "hsI9g1gl6FsTzmrcC9WiR+tkeMH1/0jO77fiJQKbJqM="
    assert f"script-src 'self' 'sha256-{scripts[0]}' 'sha256-{scripts[1]}';" in policy
    assert "style-src 'self' 'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk=';" in policy


async def test_graphiql_may_set_styles_in_place_and_still_load_nothing_from_elsewhere(
    visitor: httpx.AsyncClient,
) -> None:
    answer = await visitor.get("/graphiql")

    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "<p>graphiql", "no-cache")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert {policy[f"{kind}-src"] for kind in ("script", "connect", "worker")} == {"'self'"}
    assert {policy[f"{kind}-src"] for kind in ("img", "font")} == {"'self' data:"}
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")


async def test_what_graphiql_alone_needs_is_read_when_it_is_asked_for(visitor: httpx.AsyncClient, built: Path) -> None:
    editor = built / "assets" / "graphiql" / "editor-3c4d.js"
    editor.write_bytes(b"read late")

    first = await visitor.get("/assets/graphiql/editor-3c4d.js")
    editor.unlink()
    again = await visitor.get("/assets/graphiql/editor-3c4d.js")

    assert (first.text, again.text, "immutable" in first.headers["cache-control"]) == ("read late", "read late", True)


async def test_a_file_that_an_upgrade_took_away_before_it_was_asked_for_is_not_found(
    visitor: httpx.AsyncClient, built: Path
) -> None:
    (built / "assets" / "graphiql" / "editor-3c4d.js").unlink()

    answer = await visitor.get("/assets/graphiql/editor-3c4d.js")

    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


@pytest.mark.parametrize("address", ["/", "/graphiql"])
async def test_where_no_page_is_built_the_address_says_how_to_build_it(tmp_path: Path, address: str) -> None:
    transport = httpx.ASGITransport(Starlette(routes=dashboard.routes((tmp_path,))))
    async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
        answer = await client.get(address)

    assert answer.status_code == 200
    assert "npm run build" in answer.text
