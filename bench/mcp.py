"""What MCP costs: tokens of what models read, time and CPU of a call beside the same work over GraphQL, and memory.

    python -m bench.mcp [--times 100]

The same work is what the tool asks of the API, sent document by document to /graphql by the tool itself.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from bench.measured_server import HERE, MeasuredServer, Member, measured_server
from goalroom.mcp.calls import call_tool

OLD, NEW = "2025-11-25", "2026-07-28"
_CALLS: Mapping[str, Mapping[str, Any]] = {
    "check_in": {},
    "remember": {"scope": "me", "key": "k", "value": {"n": 1}},
    "look_up": {"view": "ready"},
    "goalroom_graphql": {"query": "{ me { name } }"},
}
# So many calls of each don't count.
_WARM = 5
_META = {
    "io.modelcontextprotocol/protocolVersion": NEW,
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class OverGraphQL:
    """What a tool asks, over HTTP: one request a document."""

    is_observer = False

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.cancelled = asyncio.Event()

    def masked(self, error: Exception) -> Mapping[str, Any]:
        raise error

    async def run(self, document: str, variables: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        answer = await self._http.post("/graphql", json={"query": document, "variables": variables})
        response: Mapping[str, Any] = answer.json()
        return response


class OverMCP:
    """A client of one revision of the protocol."""

    def __init__(self, http: httpx.AsyncClient, version: str) -> None:
        self._http, self._version = http, version

    async def request(self, method: str, **params: Any) -> Any:
        meta = {"_meta": _META} if self._version == NEW else {}
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params | meta}
        headers = {"mcp-protocol-version": self._version, "accept": "application/json, text/event-stream"}
        if self._version == NEW:
            headers |= {"mcp-method": method} | ({"mcp-name": params["name"]} if "name" in params else {})
        answer = (await self._http.post("/mcp", json=body, headers=headers)).json()
        return answer["result"]

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> str:
        result = await self.request("tools/call", name=tool, arguments=arguments)
        assert not result["isError"], result
        text: str = result["content"][0]["text"]
        return text


def tokens(text: str) -> float:
    """At four characters each, as the contract counts."""
    return len(text) / 4


async def measure(server: MeasuredServer, member: Member, times: int) -> None:
    """Print each figure."""
    headers = {"authorization": f"Bearer {member.token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as http:
        graphql, old, new = OverGraphQL(http), OverMCP(http, OLD), OverMCP(http, NEW)
        for tool, arguments in _CALLS.items():
            await call_tool(graphql, tool, arguments)
        before = server.process.memory_info().rss
        listed = (await old.request("tools/list"))["tools"]
        after = server.process.memory_info().rss
        print(f"memory: {before / 2**20:.0f} MiB before the first request of MCP, {after / 2**20:.0f} MiB after it")
        print(f"tokens of the list: {tokens(json.dumps(listed, separators=(',', ':'))):.0f}")
        print(f"tokens of an idle check_in: {tokens(await old.call('check_in', {})):.0f}")
        plan = {"title": "A task", "description": "As one would write it. " * 20, "instructions": "Keep it small"}
        criteria = ["Its tests pass", "It is documented", "It is fast"]
        await old.call("plan_tasks", {"tasks": [plan | {"criteria": criteria}]})
        print(f"tokens of a claim with its task: {tokens(await old.call('claim_task', {})):.0f}")
        for tool, arguments in _CALLS.items():
            runs: Mapping[str, Callable[[], Coroutine[Any, Any, object]]] = {
                "GraphQL": partial(call_tool, graphql, tool, arguments),
                OLD: partial(old.call, tool, arguments),
                NEW: partial(new.call, tool, arguments),
            }
            took: dict[str, list[float]] = {name: [] for name in runs}
            used = dict.fromkeys(runs, 0.0)
            for number in range(times + _WARM):
                # By turns, so that a busy machine is busy for all of them.
                for name, run in runs.items():
                    cpu, begun = server.usage().server, time.perf_counter()
                    await run()
                    if number >= _WARM:
                        took[name].append(1000 * (time.perf_counter() - begun))
                        used[name] += 1000 * (server.usage().server - cpu)
            medians = {name: statistics.median(one) for name, one in took.items()}
            for name, median in medians.items():
                ratio, cpu = median / medians["GraphQL"], used[name] / times
                print(f"{tool} over {name}: median {median:.1f} ms, {ratio:.2f} of GraphQL; CPU {cpu:.1f} ms a call")


def main() -> None:
    """The entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--checkout", type=Path, default=HERE)
    options = parser.parse_args()
    with measured_server(options.checkout) as server:
        member = server.team("bench", 1).members[0]
        asyncio.run(measure(server, member, options.times))


if __name__ == "__main__":
    main()
