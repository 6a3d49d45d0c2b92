"""Browser sessions: what their cookie lets in, and what it never does, whoever makes a browser send it."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from db.core.enums import AgentKind, Role
from db.rooms import agents, browser_sessions
from goalroom.transport.session_cookie import PAGE_HEADER, SessionCookie
from tests.api.server_fixture import Live, serving

ME = "{ me { name } }"
RENAME = 'mutation { updateRoom(input: {room: "main", title: "Taken over"}) { title } }'
LOG = "subscription { events { kind } }"
FROM_PAGE = {PAGE_HEADER: "1"}
FOREIGN = "https://evil.example"
# Of the same site as ours, for cookies: another port of this machine.
NEIGHBOUR = "http://127.0.0.1:9"
ELSEWHERE = (FOREIGN, NEIGHBOUR, "null")


class Browser:
    """What holds a cookie jar, and says where its page is from as browsers do."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.http = httpx.AsyncClient(base_url=f"http://{live.host}", timeout=20)
        self.own = {"origin": f"http://{live.host}"}

    async def sign_in(self, **said: str) -> httpx.Response:
        return await self.http.post("/login", json=said, headers=self.own)

    async def ask(self, query: str, headers: dict[str, str] | None = None) -> httpx.Response:
        sent = self.own if headers is None else headers
        return await self.http.post("/graphql", json={"query": query}, headers=sent)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    async def is_in(self) -> bool:
        return (await self.ask(ME)).status_code == 200

    @asynccontextmanager
    async def socket(self, origin: str | None = None, **payload: str) -> AsyncGenerator[Any]:
        """One that only its cookie lets in."""
        headers = {"cookie": self.cookie}
        async with self.live.raw_socket(origin=origin or self.own["origin"], additional_headers=headers) as opened:
            await opened.say(type="connection_init", payload=payload)
            yield opened


@asynccontextmanager
async def browsing(live: Live, **said: str) -> AsyncGenerator[Browser]:
    """A browser in which the ADMIN, or whoever is said, is signed in."""
    browser = Browser(live)
    async with browser.http:
        answer = await browser.sign_in(**said or {"token": live.token})
        assert answer.status_code == 200, answer.text
        yield browser


@pytest.fixture
async def browser(live: Live) -> AsyncGenerator[Browser]:
    async with browsing(live) as opened:
        yield opened


async def title(live: Live) -> str:
    found: str = (await live.ask('{ room(room: "main") { title } }'))["room"]["title"]
    return found


async def sessions(live: Live) -> list[dict[str, Any]]:
    """Of the ADMIN."""
    tokens = (await live.ask("{ me { tokens { id label role expiresAt browserSession } } }"))["me"]["tokens"]
    return [one for one in tokens if one["browserSession"]]


async def test_a_cookie_lets_a_browser_do_what_its_token_may(browser: Browser) -> None:
    answered = [await browser.ask(query) for query in (ME, RENAME)]
    async with browser.socket(session="dashboard") as socket:
        ready = await socket.hear()

    assert [one.json()["data"] for one in answered] == [
        {"me": {"name": "admin"}},
        {"updateRoom": {"title": "Taken over"}},
    ]
    assert ready == {"type": "connection_ack"}


async def test_the_cookie_is_for_this_site_and_for_no_script(live: Live) -> None:
    answer = await live.http.post(
        "/login", json={"token": live.token}, headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"}
    )

    name, _, rest = answer.headers["set-cookie"].partition("=")
    value, *attributes = rest.split("; ")
    assert name == f"goalroom-{live.host.partition(':')[2]}"
    assert value.startswith("gr_")
    assert {"Path=/", "HttpOnly", "SameSite=Strict"} < set(attributes)
    assert "Domain" not in rest
    assert answer.json() == {}
    assert [(one["label"], one["role"]) for one in await sessions(live)] == [("Firefox on Linux", "ADMIN")]
    assert value not in await live.database.fetchval("select string_agg(token::text, '') from token")


async def test_by_https_alone_it_is_secure_and_of_this_host(database_url: str) -> None:
    public = "https://goalroom.example"
    async with serving(database_url, session_cookie=SessionCookie(secure=True, public_origin=public)) as live:
        answer = await live.http.post("/login", json={"token": live.token}, headers={"origin": public})
        cookie = answer.headers["set-cookie"]
        plain = await live.http.post("/login", json={"token": live.token}, headers={"origin": f"http://{live.host}"})

    assert cookie.startswith("__Host-goalroom-")
    assert cookie.endswith("; Secure")
    assert plain.status_code == 403


async def test_a_foreign_page_changes_and_reads_nothing(live: Live, browser: Browser) -> None:
    before = await title(live)

    answers = [answer for origin in (*ELSEWHERE, "http://[") for answer in await attempts(browser, {"origin": origin})]

    assert [one.status_code for one in answers] == [403] * 6 * 4
    assert await title(live) == before
    assert await browser.is_in()


async def attempts(browser: Browser, foreign: dict[str, str]) -> list[httpx.Response]:
    """What a page may try with somebody else's cookie."""
    return [
        await browser.ask(RENAME, foreign),
        await browser.ask(ME, foreign),
        # The header alone is no proof where the browser says who it was.
        await browser.ask(RENAME, foreign | FROM_PAGE),
        await browser.http.get("/graphql", params={"query": ME}, headers=foreign),
        await browser.http.post("/graphql", json={"query": LOG}, headers=foreign | {"accept": "text/event-stream"}),
        await browser.http.post("/logout", json={"everywhere": True}, headers=foreign),
    ]


async def test_a_form_is_no_request(live: Live, browser: Browser) -> None:
    before, body = await title(live), json.dumps({"query": RENAME}).encode()
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")

    for kind in kinds:
        forms = [
            await browser.http.post("/graphql", content=body, headers=headers | {"content-type": kind})
            for headers in ({"origin": FOREIGN}, {}, browser.own)
        ]
        assert [form.status_code for form in forms] == [403, 403, 415]

    assert await title(live) == before


async def test_a_request_that_does_not_say_where_it_is_from_needs_our_header(live: Live, browser: Browser) -> None:
    before = await title(live)

    refused = [await browser.ask(query, {}) for query in (RENAME, LOG)]
    others = await browser.ask(RENAME, FROM_PAGE | {"sec-fetch-site": "same-site"})
    changed = await browser.http.get("/graphql", params={"query": RENAME})
    read = await browser.http.get("/graphql", params={"query": ME})
    included = await browser.http.get("/graphql", params={"query": ME}, headers={"sec-fetch-site": "cross-site"})

    assert [one.status_code for one in (*refused, others)] == [403] * 3
    assert (changed.status_code, read.status_code, included.status_code) == (405, 200, 403)
    assert await title(live) == before
    assert (await browser.ask(RENAME, FROM_PAGE)).status_code == 200


async def test_pages_of_allowed_sites_have_tokens_and_no_cookie(database_url: str) -> None:
    async with serving(database_url, allowed_origins=(FOREIGN,)) as live, browsing(live) as browser:
        with_cookie = await browser.ask(RENAME, {"origin": FOREIGN})
        with_token = await browser.ask(ME, {"origin": FOREIGN, "authorization": f"Bearer {live.token}"})
        asked = {"access-control-request-method": "POST", "access-control-request-headers": PAGE_HEADER}
        preflight = await live.http.options("/graphql", headers={"origin": FOREIGN} | asked)
        async with browser.socket(FOREIGN) as socket:
            closed = await socket.closed()

    assert (with_cookie.status_code, with_token.status_code, preflight.status_code) == (403, 200, 400)
    assert closed[0] == 4403


async def test_a_socket_of_another_origin_is_not_opened(live: Live, browser: Browser) -> None:
    for origin in ELSEWHERE:
        with pytest.raises(InvalidStatus) as refused:
            async with browser.socket(origin):
                pass
        assert refused.value.response.status_code == 403

    # One that does not say where it is from is opened, and its cookie does not count.
    async with live.raw_socket(additional_headers={"cookie": browser.cookie}) as socket:
        await socket.say(type="connection_init")
        assert (await socket.closed())[0] == 4403


async def test_a_session_is_no_token_and_a_token_no_session(live: Live, browser: Browser) -> None:
    name, _, session = browser.cookie.partition("=")

    as_bearer = await live.post(ME, authorization=f"Bearer {session}")
    as_cookie = await live.http.post(
        "/graphql", json={"query": ME}, headers=FROM_PAGE | {"cookie": f"{name}={live.token}"}
    )
    async with live.raw_socket() as socket:
        await socket.say(type="connection_init", payload={"token": session})
        closed = await socket.closed()
    again = await live.http.post("/login", json={"token": session})

    assert [one.status_code for one in (as_bearer, as_cookie, again)] == [401] * 3
    assert closed[0] == 4403


async def test_mcp_takes_no_cookie(browser: Browser) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}

    answer = await browser.http.post("/mcp", json=call, headers=browser.own | FROM_PAGE)

    assert answer.status_code == 401


async def test_a_token_outweighs_the_cookie(live: Live, browser: Browser) -> None:
    token = await live.newcomer("ada")

    answer = await browser.ask(ME, browser.own | {"authorization": f"Bearer {token}"})
    wrong = await browser.ask(ME, browser.own | {"authorization": "Bearer gr_wrong"})

    assert answer.json()["data"] == {"me": {"name": "ada"}}
    assert wrong.status_code == 401


async def test_what_a_browser_had_before_is_never_taken_over(live: Live, browser: Browser) -> None:
    # What an attacker put there: a text of its own, or a session of its own, that it can go on using.
    name, _, planted = browser.cookie.partition("=")
    victim = Browser(live)
    async with victim.http:
        victim.http.cookies.set(name, planted, domain="127.0.0.1", path="/")
        await victim.sign_in(token=await live.newcomer("victim"))

        assert (await victim.ask(ME)).json()["data"] == {"me": {"name": "victim"}}
        assert planted not in victim.cookie
        assert not await browser.is_in()
        # Of two, one may have been put there: neither counts.
        both = FROM_PAGE | {"cookie": f"{name}={planted}; {victim.cookie}"}
        assert (await live.http.post("/graphql", json={"query": ME}, headers=both)).status_code == 401


async def test_a_foreign_page_signs_nobody_in_and_neither_does_a_wrong_token(live: Live) -> None:
    ticket = await browser_sessions.issue_ticket(live.database, live.admin.agent_id, Role.ADMIN, 600)

    foreign = [
        await live.http.post("/login", json=said, headers={"origin": origin})
        for said in ({"token": live.token}, {"ticket": ticket})
        for origin in ELSEWHERE
    ]
    wrong = await live.http.post("/login", json={"token": "gr_wrong"})

    assert [one.status_code for one in (*foreign, wrong)] == [403] * 6 + [401]
    assert not any("set-cookie" in one.headers for one in (*foreign, wrong))
    assert await sessions(live) == []


async def test_signing_out_ends_the_session_and_its_socket(live: Live, browser: Browser) -> None:
    cookie = browser.cookie
    async with browsing(live) as other, browser.socket() as socket:
        assert await socket.hear() == {"type": "connection_ack"}

        answer = await browser.http.post("/logout", json={}, headers=browser.own)
        closed = await socket.closed(5)

        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert (closed[0], browser.cookie) == (4403, "")
        kept = await live.http.post("/graphql", json={"query": ME}, headers=FROM_PAGE | {"cookie": cookie})
        assert kept.status_code == 401
        assert await other.is_in()
    assert (await live.post(ME)).status_code == 200
    again = await live.http.post("/logout", json={}, headers=FROM_PAGE | {"cookie": cookie})
    assert again.status_code == 200


async def test_signing_out_everywhere_ends_all_of_a_persons_sessions_and_no_token(live: Live, browser: Browser) -> None:
    ada = await live.newcomer("ada")
    async with browsing(live) as second, browsing(live, token=ada) as others, second.socket() as socket:
        assert await socket.hear() == {"type": "connection_ack"}

        await browser.http.post("/logout", json={"everywhere": True}, headers=browser.own)

        assert (await socket.closed(5))[0] == 4403
        assert [await one.is_in() for one in (browser, second, others)] == [False, False, True]
    assert (await live.post(ME)).status_code == 200


async def test_revoking_the_token_ends_the_sessions_that_it_began(live: Live) -> None:
    token, other = await live.newcomer("ada"), await live.newcomer("ada")
    async with browsing(live, token=token) as ended, browsing(live, token=other) as kept, ended.socket() as socket:
        assert await socket.hear() == {"type": "connection_ack"}
        await socket.subscribe("log", LOG)

        revoked = await live.ask(f'mutation {{ revokeTokens(input: {{token: "{token}"}}) }}')

        assert (await socket.closed(5))[0] == 4403
        assert revoked == {"revokeTokens": 1}
        assert [await one.is_in() for one in (ended, kept)] == [False, True]


async def test_one_session_is_revoked_by_its_id_while_it_streams(live: Live, browser: Browser) -> None:
    async with browsing(live) as other:
        first, _ = await sessions(live)
        streaming = browser.own | {"accept": "text/event-stream"}
        async with browser.http.stream("POST", "/graphql", json={"query": LOG}, headers=streaming) as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == ":"
            revoked = await live.ask(f'mutation {{ revokeTokens(input: {{id: "{first["id"]}"}}) }}')
            rest = "".join([line async for line in lines])

        assert revoked == {"revokeTokens": 1}
        assert "UNAUTHENTICATED" in rest
        assert [await one.is_in() for one in (browser, other)] == [False, True]


async def test_it_ends_after_thirty_days_unused_and_each_use_puts_that_off(live: Live, browser: Browser) -> None:
    in_thirty_days = datetime.now(UTC) + timedelta(days=30)
    await live.database.execute(
        "update token set last_used_at = now() - interval '2 minutes', expires_at = now() + interval '1 hour'"
        " where signed_in_with_id is not null"
    )

    assert await browser.is_in()
    (session,) = await sessions(live)
    assert abs(datetime.fromisoformat(session["expiresAt"]) - in_thirty_days) < timedelta(minutes=5)
    await live.database.execute("update token set expires_at = now() where signed_in_with_id is not null")
    assert not await browser.is_in()


async def test_an_open_socket_uses_its_session(live: Live, browser: Browser) -> None:
    async with browser.socket() as socket:
        assert await socket.hear() == {"type": "connection_ack"}
        await live.database.execute(
            "update token set last_used_at = now() - interval '2 minutes', expires_at = now() + interval '1 hour'"
            " where signed_in_with_id is not null"
        )
        with pytest.raises(TimeoutError):
            await socket.hear(1.5)

    (session,) = await sessions(live)
    assert datetime.fromisoformat(session["expiresAt"]) > datetime.now(UTC) + timedelta(days=29)


async def test_it_outlives_no_token_that_ends_and_neither_does_what_it_makes(live: Live) -> None:
    end = datetime.now(UTC) + timedelta(days=3)
    made = await live.ask(f'mutation {{ createToken(input: {{expiresAt: "{end.isoformat()}"}}) {{ token }} }}')
    async with browsing(live, token=made["createToken"]["token"]) as short, browsing(live) as long:
        ends = [datetime.fromisoformat(one["expiresAt"]) for one in await sessions(live)]
        query = 'mutation { createToken(input: {label: "made"}) { token } }'
        assert [(await one.ask(query)).status_code for one in (short, long)] == [200, 200]

    assert ends[0] == end
    assert ends[1] > end + timedelta(days=20)
    tokens = (await live.ask("{ me { tokens { label expiresAt } } }"))["me"]["tokens"]
    first, second = (one["expiresAt"] for one in tokens if one["label"] == "made")
    assert datetime.fromisoformat(first) == end
    # A session ends by itself once nobody uses it; what a person makes with it stays.
    assert second is None


async def test_an_observer_signs_in_to_read_and_signs_out(live: Live) -> None:
    token = await live.newcomer("watcher", Role.OBSERVER)
    async with browsing(live, token=token) as browser:
        assert (await browser.ask("{ myRole }")).json()["data"] == {"myRole": "OBSERVER"}
        assert (await browser.ask(RENAME)).json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"

        await browser.http.post("/logout", json={}, headers=browser.own)

        assert not await browser.is_in()


async def test_of_too_many_sessions_the_one_unused_longest_ends(live: Live) -> None:
    async with browsing(live) as oldest:
        for _ in range(29):
            await browser_sessions.begin(live.database, live.admin, "a browser")
        assert await oldest.is_in()
        async with browsing(live) as newest:
            assert [await one.is_in() for one in (oldest, newest)] == [True, True]

    assert len(await sessions(live)) == 30


async def test_a_subagent_has_no_page(live: Live) -> None:
    helper = await agents.ensure(live.database, "helper", kind=AgentKind.AGENT)
    await live.database.execute("update agent set parent_id = $1 where id = $2", live.admin.agent_id, helper.id)
    token = await agents.issue_token(live.database, helper.id, Role.MEMBER)

    answer = await live.http.post("/login", json={"token": token})

    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_a_ticket_signs_in_once_by_whichever_process(live: Live, database_url: str) -> None:
    ticket = await browser_sessions.issue_ticket(live.database, live.admin.agent_id, Role.MEMBER, 600)
    late = await browser_sessions.issue_ticket(live.database, live.admin.agent_id, Role.MEMBER, 0)
    async with serving(database_url) as other, browsing(other, ticket=ticket) as browser:
        again = await live.http.post("/login", json={"ticket": ticket})
        over = await live.http.post("/login", json={"ticket": late})

        assert [again.status_code, over.status_code] == [403, 403]
        assert (await browser.ask("{ me { name } myRole }")).json()["data"] == {
            "me": {"name": "admin"},
            "myRole": "MEMBER",
        }
        # Both tickets were for one token, which can be revoked, and what it began with it.
        tokens = (await live.ask("{ me { tokens { id label } } }"))["me"]["tokens"]
        (links,) = [one["id"] for one in tokens if one["label"] == "login links"]
        await live.ask(f'mutation {{ revokeTokens(input: {{id: "{links}"}}) }}')
        assert not await browser.is_in()
