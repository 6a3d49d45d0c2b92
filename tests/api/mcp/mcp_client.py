"""MCP as it travels: JSON-RPC in one POST, and its answer."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.api.server_fixture import Live

OLD, NEW = "2025-11-25", "2026-07-28"
_META = {
    "io.modelcontextprotocol/protocolVersion": NEW,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@dataclass
class Answer:
    """What a tool said, and whether it failed."""

    text: str
    is_error: bool

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def ids(self, letter: str) -> list[str]:
        """Ids of a letter that begin its lines, in their order, each once."""
        first = (line.split(" ")[0] for line in self.lines)
        return [*dict.fromkeys(word for word in first if word[:1] == letter and word[1:].isdigit())]


@dataclass
class MCP:
    """One client, by the revision of the protocol that it speaks."""

    live: Live
    token: str
    version: str = OLD
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)

    async def post(self, content: Any, **headers: str) -> httpx.Response:
        """A body, as bytes or as what it is as JSON."""
        sent = {
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": self.version,
        }
        sent |= {name.replace("_", "-"): text for name, text in headers.items()}
        body = {"content": content} if isinstance(content, bytes) else {"json": content}
        return await self.live.http.post("/mcp", headers={k: v for k, v in sent.items() if v}, timeout=70, **body)

    async def request(self, method: str, **params: Any) -> dict[str, Any]:
        """The whole answer to one request."""
        response = await self.post(self.envelope(method, params), **self._routing(method, params))
        answer: dict[str, Any] = response.json()
        return answer

    async def result(self, method: str, **params: Any) -> dict[str, Any]:
        """What it answers, where it isn't an error of the protocol."""
        answer = await self.request(method, **params)
        assert "error" not in answer, answer
        found: dict[str, Any] = answer["result"]
        return found

    async def call(self, tool: str, /, **arguments: Any) -> Answer:
        """A call of a tool."""
        result = await self.result("tools/call", name=tool, arguments=arguments)
        [content] = result["content"]
        assert content["type"] == "text"
        return Answer(content["text"], result.get("isError", False))

    async def done(self, tool: str, /, **arguments: Any) -> Answer:
        """A call that isn't refused."""
        answer = await self.call(tool, **arguments)
        assert not answer.is_error, answer.text
        return answer

    async def refused(self, tool: str, /, **arguments: Any) -> str:
        """The code with which a call is refused."""
        answer = await self.call(tool, **arguments)
        assert answer.is_error, answer.text
        return answer.text.split(":")[0]

    def envelope(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        meta = {"_meta": _META} if self.version == NEW else {}
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params | meta}

    def _routing(self, method: str, params: dict[str, Any]) -> dict[str, str]:
        """What the newer revision says again in headers."""
        if self.version == OLD:
            return {}
        name = params.get("name") or params.get("uri")
        return {"mcp_method": method} | ({"mcp_name": name} if name else {})
