"""The API as a client speaks it: requests over HTTP, subscriptions over WebSocket."""

import ssl
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Any, Self

import gql
import httpx
from gql.transport.websockets import WebsocketsTransport

# For clients that speak no TLS: to read whom the system trusts takes each of them fifty milliseconds.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Client:
    """One caller, known by its token."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        headers = {"authorization": f"Bearer {token}"}
        self._http = httpx.AsyncClient(base_url=url, headers=headers, timeout=70, verify=NO_AUTHORITIES)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def execute(self, query: str, **variables: object) -> dict[str, Any]:
        """The data, where nothing was refused."""
        answer = await self._send(query, variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def refused(self, query: str, **variables: object) -> dict[str, Any]:
        """The code, the hint and the facts of the one error."""
        answer = await self._send(query, variables)
        assert len(answer.get("errors", ())) == 1, answer
        extensions: dict[str, Any] = answer["errors"][0]["extensions"]
        return extensions

    async def subscribe(
        self, query: str, *, session_name: str | None = None, **variables: object
    ) -> AsyncGenerator[dict[str, Any]]:
        """The data of each event. Close it, or leave `aclosing` of it, to end the subscription."""
        transport = WebsocketsTransport(
            url="ws" + self.url.removeprefix("http") + "/graphql",
            init_payload={"token": self.token} | ({"session": session_name} if session_name else {}),
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        request = gql.GraphQLRequest(query, variable_values=variables)
        async with gql.Client(transport=transport) as session:
            async for data in session.subscribe(request):
                yield data

    async def _send(self, query: str, variables: dict[str, object]) -> dict[str, Any]:
        response = await self._http.post("/graphql", json={"query": query, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer
