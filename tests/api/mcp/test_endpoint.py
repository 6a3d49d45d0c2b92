"""/mcp as it travels: who is let in, what is no call, and both revisions of the protocol."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from db.core.enums import Role
from goalroom.limits import Limits
from tests.api.mcp.mcp_client import MCP, NEW, OLD
from tests.api.server_fixture import Live, serving
from tests.patience import PATIENCE_S

OBSERVERS = ["recall", "look_up", "goalroom_graphql"]
TOOLS = [
    "check_in", "claim_task", "update_task", "block_task", "release_task", "submit_task", "review_task", "plan_tasks",
    "send_message", "remember", *OBSERVERS,
]  # fmt: skip


@asynccontextmanager
async def official(live: Live, token: str, mode: str) -> AsyncGenerator[Client]:
    """The client of the protocol's own SDK."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=70) as http:
        transport = streamable_http_client(f"http://{live.host}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


@pytest.mark.parametrize("mode", ["legacy", "auto", NEW])
async def test_the_official_client_lists_calls_and_is_refused(live: Live, mode: str) -> None:
    async with official(live, await live.newcomer("bob"), mode) as client:
        info = client.server_info
        listed = await client.list_tools()
        answer = await client.call_tool("check_in", {})
        refused = await client.call_tool("claim_task", {"task": "T9999999"})
        wrong = await client.call_tool("claim_task", {"waitSeconds": "soon"})
        unknown = await client.call_tool("make_coffee", {})

    # Who adopts a revision without asking is told nothing.
    assert (info.name if info else "goalroom") == "goalroom"
    assert [tool.name for tool in listed.tools] == TOOLS
    assert not answer.is_error
    assert answer.structured_content is None
    assert answer.content[0].text.splitlines()[-1].startswith("cursor: R")  # type: ignore[union-attr]  # it is text
    texts = [one.content[0].text for one in (refused, wrong, unknown)]  # type: ignore[union-attr]  # as above
    assert [one.is_error for one in (refused, wrong, unknown)] == [True] * 3
    assert [text.split(":")[0] for text in texts] == ["NOT_FOUND", "BAD_INPUT", "NOT_FOUND"]
    assert ("Next:" in texts[0], json.loads(texts[0].splitlines()[1])) == (True, {"id": "T9999999"})


@pytest.mark.parametrize("version", [OLD, NEW])
async def test_the_list_is_short_and_says_what_a_client_must_know(live: Live, version: str) -> None:
    bob = MCP(live, await live.newcomer("bob"), version)
    eye = MCP(live, await live.newcomer("eye", Role.OBSERVER), version)

    listed = await bob.result("tools/list")
    tools = {tool["name"]: tool for tool in listed["tools"]}

    assert list(tools) == TOOLS
    assert len(json.dumps(listed["tools"], separators=(",", ":"))) <= 8_000
    assert [tool["name"] for tool in (await eye.result("tools/list"))["tools"]] == OBSERVERS
    assert listed.get("cacheScope", "private") == "private"
    for name, tool in tools.items():
        schema, hints = tool["inputSchema"], tool["annotations"]
        assert schema["additionalProperties"] is False
        assert all(one["description"] for one in schema["properties"].values())
        assert hints["openWorldHint"] is False
        assert hints["destructiveHint"] is (name in {"remember", "goalroom_graphql"})
        assert hints.get("readOnlyHint", False) is (name in {"recall", "look_up"})
        assert tool.get("_meta") == ({"anthropic/alwaysLoad": True} if name in {"check_in", "claim_task"} else None)
        assert "outputSchema" not in tool
    assert {name for name, tool in tools.items() if tool["annotations"].get("idempotentHint")} == {
        "check_in", "block_task", "release_task", "submit_task", "review_task", "remember",
    }  # fmt: skip


async def test_an_observer_reads_and_does_nothing_else(live: Live) -> None:
    eye = MCP(live, await live.newcomer("eye", Role.OBSERVER))

    assert (await eye.done("look_up", view="agents")).ids("A")
    for tool in TOOLS:
        if tool not in OBSERVERS:
            assert await eye.refused(tool) == "FORBIDDEN"
    written = await eye.call("goalroom_graphql", query='mutation { createTask(input: {title: "x"}) { id } }')
    assert (written.is_error, json.loads(written.text)["errors"][0]["extensions"]["code"]) == (True, "FORBIDDEN")
    assert (await eye.done("goalroom_graphql", query="{ room { counts { total } } }")).text == (
        '{"data":{"room":{"counts":{"total":0}}}}'
    )


async def test_who_has_no_token_is_told_in_json_and_not_sent_to_log_in(live: Live) -> None:
    bob = MCP(live, await live.newcomer("bob"))
    ping = bob.envelope("ping", {})
    answers = [await bob.post(ping, authorization=sent) for sent in ("", "Bearer wrong", "Basic Ym9i")]
    await bob.result("ping")
    await live.post('mutation { revokeTokens(input: {agent: "bob"}) }')
    answers.append(await bob.post(ping))

    for answer in answers:
        assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Bearer")
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    for path in ("oauth-protected-resource", "oauth-protected-resource/mcp", "oauth-authorization-server",
                 "openid-configuration", "openid-configuration/mcp"):  # fmt: skip
        for method in ("GET", "POST"):
            answer = await live.http.request(method, f"/.well-known/{path}", headers={"accept": "text/html"})
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
            assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("version", [OLD, NEW])
async def test_what_is_no_call_is_an_error_of_the_protocol(live: Live, version: str) -> None:
    bob = MCP(live, await live.newcomer("bob"), version)
    ping = bob.envelope("tools/list", {})

    assert (await bob.request("make/coffee"))["error"]["code"] == -32601
    for body in (b"{", b"\xff", b"null", b"[]", json.dumps([ping, ping]).encode(), b'{"jsonrpc": "2.0"}', b"[" * 5_000):
        answer = await bob.post(body)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] in {-32700, -32600}
        assert "pydantic" not in answer.text
    for change in ({"id": 1.5}, {"id": None}, {"jsonrpc": "1.0"}, {"method": 5}, {"params": [1]}):
        answer = await bob.post(ping | change)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32600), change
        assert "pydantic" not in answer.text
    assert "error" in await bob.request("tools/call", name="check_in", arguments=[1])
    assert (await bob.post(ping, content_type="text/plain")).status_code == 415
    for method in ("GET", "DELETE", "PUT"):
        answer = await live.http.request(method, "/mcp", headers={"authorization": f"Bearer {bob.token}"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert answer.json()["errors"]


async def test_a_notification_is_taken_without_an_answer(live: Live) -> None:
    bob = MCP(live, await live.newcomer("bob"))

    answer = await bob.post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    assert (answer.status_code, answer.content) == (202, b"")


async def test_who_says_nothing_of_what_it_accepts_is_answered(live: Live) -> None:
    bob = MCP(live, await live.newcomer("bob"))
    body = json.dumps(bob.envelope("tools/call", {"name": "check_in", "arguments": {}})).encode()
    head = (
        f"POST /mcp HTTP/1.1\r\nhost: {live.host}\r\nauthorization: Bearer {bob.token}\r\nconnection: close\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )

    answer = await live.raw(head.encode() + body)

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"Nothing waits for you." in answer


async def test_limits_of_the_server_hold_here_too(database_url: str) -> None:
    async with serving(database_url, rate_limit=5, limits=Limits.of("body_bytes=2000")) as live:
        bob = MCP(live, await live.newcomer("bob"))
        too_large = await bob.post(b'{"x": "' + b"x" * 2_000 + b'"}')
        # So many that a slow machine is not given back what they take meanwhile.
        answers = await asyncio.gather(*(bob.post(bob.envelope("tools/list", {})) for _ in range(60)))
        called = await MCP(live, await live.newcomer("ann")).call("check_in")

    assert (too_large.status_code, too_large.json()["errors"][0]["extensions"]["code"]) == (413, "BAD_INPUT")
    by_status = {answer.status_code: answer for answer in answers}
    assert set(by_status) == {200, 429}
    assert by_status[429].json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert by_status[429].headers["retry-after"]
    assert by_status[200].headers["ratelimit"].startswith('"requests"')
    assert not called.is_error


async def test_origins_are_checked_as_for_the_websocket(database_url: str) -> None:
    async with serving(database_url, allowed_origins=("https://board.example",)) as live:
        bob = MCP(live, await live.newcomer("bob"))
        ping = bob.envelope("ping", {})
        statuses = {
            origin: (await bob.post(ping, origin=origin)).status_code
            for origin in ("https://evil.example", "null", "http://[", "https://board.example", f"http://{live.host}")
        }

    assert statuses == {
        "https://evil.example": 403, "null": 403, "http://[": 403,
        "https://board.example": 200, f"http://{live.host}": 200,
    }  # fmt: skip


async def test_a_call_is_counted_and_known_by_its_request(live: Live) -> None:
    bob = MCP(live, await live.newcomer("bob"))
    await bob.done("check_in")
    await bob.refused("claim_task", task="T9999999")
    await bob.refused("make_coffee")
    answer = await bob.post(bob.envelope("tools/list", {}), x_request_id="0123456789abcdef")

    page = (await live.http.get("/metrics")).text

    assert answer.headers["x-request-id"] == "0123456789abcdef"
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    for tool, code in (("check_in", "OK"), ("claim_task", "NOT_FOUND"), ("none", "NOT_FOUND")):
        assert f'goalroom_mcp_calls_total{{code="{code}",tool="{tool}"}} 1.0' in page
    assert 'goalroom_mcp_call_seconds_count{tool="check_in"} 1.0' in page


async def test_a_fault_of_ours_is_told_with_the_request_and_nothing_else(
    live: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bob = MCP(live, await live.newcomer("bob"))
    await bob.done("check_in")

    async def broken(*_: Any) -> str:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("goalroom.mcp.calls._RUN", {"check_in": broken})
    answer = await bob.post(
        bob.envelope("tools/call", {"name": "check_in", "arguments": {}}), x_request_id="0123456789abcdef"
    )

    result = answer.json()["result"]
    assert (result["isError"], result["content"][0]["text"].split(":")[0]) == (True, "INTERNAL")
    assert "0123456789abcdef" in result["content"][0]["text"]
    assert "secret" not in answer.text
    assert "internal error" in caplog.text


async def test_who_hangs_up_frees_its_place_and_a_stopping_server_answers(database_url: str) -> None:
    async with serving(database_url, rate_limit=1_000, limits=Limits.of("polls=1")) as live:
        bob = MCP(live, await live.newcomer("bob"))
        await bob.done("check_in")
        sent = bob.envelope("tools/call", {"name": "check_in", "arguments": {"waitSeconds": 50}})
        async with httpx.AsyncClient(base_url=f"http://{live.host}", timeout=1) as leaving:
            headers = {"authorization": f"Bearer {bob.token}", "accept": "application/json"}
            with pytest.raises(httpx.ReadTimeout):
                await leaving.post("/mcp", json=sent, headers=headers)
        async with asyncio.timeout(PATIENCE_S):
            # Nobody tells of a place that is free.
            while (await bob.call("claim_task", waitSeconds=1)).is_error:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        waiting = asyncio.create_task(bob.done("check_in", waitSeconds=50))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        live.app.stopping.set()
        answer = await asyncio.wait_for(waiting, PATIENCE_S)

    assert "Nothing waits for you." in answer.lines


def test_the_sdk_is_imported_by_the_first_request_alone() -> None:
    program = "import goalroom.server, sys; sys.exit(any(name in sys.modules for name in ('mcp', 'mcp_types')))"

    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603  # our own
