"""No token is in a log, an error or a URL, whatever is done with it."""

import json
import secrets
from pathlib import Path
from urllib.parse import quote

import asyncpg
import httpx
import pytest
import websockets

from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server, run

REVOKE = "mutation($token: String) { revokeTokens(input: {token: $token}) }"
INIT = {"type": "connection_init"}


def token() -> str:
    return f"gr_{secrets.token_urlsafe(32)}"


def texts(answer: httpx.Response) -> str:
    """All but the data: what a client may write into a log of its own."""
    is_json = answer.headers.get("content-type", "").startswith("application/")
    return (
        json.dumps(answer.json().get("errors")) + str(answer.headers) if is_json else answer.text + str(answer.headers)
    )


async def test_no_token_leaves_the_server_but_to_whom_it_is_given(home: Path) -> None:
    with Server("--data-dir", home) as server:
        admin, wrong = (home / "admin-token").read_text().strip(), token()
        said: list[str] = []
        async with httpx.AsyncClient(base_url=server.url, headers={"authorization": f"Bearer {admin}"}) as http:

            async def send(query: str, variables: object = None, bearer: str = admin) -> httpx.Response:
                body = {"query": query, "variables": variables}
                answer = await http.post("/graphql", json=body, headers={"authorization": f"Bearer {bearer}"})
                said.append(texts(answer))
                return answer

            made = (await send('mutation { createToken(input: {label: "x"}) { token } }')).json()
            new = made["data"]["createToken"]["token"]
            await send("{ me { name } }", bearer=wrong)
            await send(REVOKE, {"token": wrong})
            await send(REVOKE, {"token": [new]})
            await send(REVOKE, {"token": {"it": new}})
            await send(f'mutation {{ revokeTokens(input: {{token: ["{new}"]}}) }}')
            await send(f'{{ "{new}" }}')
            await send(f"{{ {new.replace('-', '_')} }}")
            await send("query ($id: ID!) { task(id: $id) { id } }", {"id": new})
            await send("query ($r: ID!) { agent(agent: $r) { id } }", {"r": new})
            said += [
                texts(await http.get(f"/graphql?token={new}&query={quote('{ me }')}")),
                texts(await http.get(f"/{new}")),
                texts(await http.request("BREW", f"/graphql?access_token={new}")),
                texts(await http.post("/graphql", content=new, headers={"content-type": "application/json"})),
                texts(await http.post("/graphql", json={}, headers={"authorization": new})),
            ]
            with Cluster(home) as cluster:
                connection = await asyncpg.connect(cluster.url)
                await connection.execute("alter table token rename column revoked_at to ended_at")
                masked = await send(REVOKE, {"token": new})
                await connection.execute("alter table token rename column ended_at to revoked_at")
                await connection.close()
            assert (masked.status_code, masked.json()["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")
        url = server.url.replace("http://", "ws://") + f"/graphql?token={new}"
        protocol = websockets.Subprotocol("graphql-transport-ws")
        for payload in ({"token": wrong}, {"token": new, "session": 7}, {"token": [new]}, new):
            async with websockets.connect(url, subprotocols=[protocol]) as socket:
                await socket.send(json.dumps(INIT | {"payload": payload}))
                with pytest.raises(websockets.ConnectionClosed):
                    await socket.recv()
                said.append(str(socket.close_reason))
        assert server.stop() == 0
        logged = server.said()

    assert "internal error" in logged
    found = [text for text in [logged, *said] for secret in (admin, new, wrong) if secret in text]
    assert found == []


def test_tokens_are_listed_without_themselves(home: Path) -> None:
    made = run("token", "smith", "--label", "forge", "--days", "30", "--data-dir", home)
    listed = run("tokens", "smith", "--data-dir", home)

    assert (made.returncode, listed.returncode, listed.stderr) == (0, 0, "")
    head, row = listed.stdout.splitlines()
    assert head.split() == ["ID", "AGENT", "ROLE", "MADE", "LAST", "USED", "EXPIRES", "LABEL"]
    assert (row.split()[1:3], row.split()[-1], "never" in row) == (["smith", "MEMBER"], "forge", True)
    assert made.stdout.strip() not in listed.stdout
