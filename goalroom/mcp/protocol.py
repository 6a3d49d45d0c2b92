"""MCP's own part: the SDK's low-level server, without sessions. Nothing else imports the SDK, which is large."""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from starlette.types import Receive, Scope, Send

from goalroom.mcp import resources, texts
from goalroom.mcp.api import Api, Refusal
from goalroom.mcp.calls import Result, call_tool
from goalroom.mcp.refusals import refused
from goalroom.mcp.tool_list import listed
from goalroom.version import __version__

# Counts a call: its tool, its code, its seconds.
Counted = Callable[[str, str, float], None]
Context = ServerRequestContext[Any, Any]

_API = "goalroom.mcp.api"
# What is listed changes with the version of the server alone; what a list shows depends on the token.
_HINT, _NOW = CacheHint(ttl_ms=300_000, scope="private"), CacheHint(ttl_ms=0, scope="private")
_PROMPTS = {
    "next": "Take the next task and do it",
    "review": "Judge what others handed in",
    "standup": "Say what was done, what comes next, and what you wait for",
}


class Protocol:
    """One server for all requests: each brings its caller's API along in its scope."""

    def __init__(self, counted: Counted, body_bytes: int) -> None:
        self._counted = counted
        self._ready, self._closing = asyncio.Event(), asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        server = Server(
            "goalroom",
            version=__version__,
            instructions=texts.text(texts.INSTRUCTIONS),
            cache_hints={
                "server/discover": _HINT,
                "tools/list": _HINT,
                "prompts/list": _HINT,
                "resources/list": _HINT,
                "resources/templates/list": _HINT,
                "resources/read": _NOW,
            },
            on_list_tools=_list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=_list_resources,
            on_list_resource_templates=_list_templates,
            on_read_resource=_read_resource,
            on_list_prompts=_list_prompts,
            on_get_prompt=_get_prompt,
        )
        # Its spans would go to whatever provider is global; ours are made where operations run.
        server.middleware.clear()
        self._manager = StreamableHTTPSessionManager(
            server,
            stateless=True,
            json_response=True,
            # Hosts and origins are checked before this.
            security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
            max_request_body_size=body_bytes,
        )

    async def start(self) -> None:
        """Run what the SDK keeps running, in a task of its own: it must end in the one in which it began."""
        # It says a line for each request.
        logging.getLogger("mcp").setLevel(logging.WARNING)
        self._serving = asyncio.create_task(self._serve())
        await self._ready.wait()

    async def close(self) -> None:
        """End it."""
        self._closing.set()
        if self._serving is not None:
            await self._serving

    async def handle(self, api: Api, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request in the name of its caller."""
        await self._manager.handle_request({**scope, _API: api}, receive, send)

    async def _serve(self) -> None:
        async with self._manager.run():
            self._ready.set()
            await self._closing.wait()

    async def _call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        begun = time.perf_counter()
        result = await call_tool(_api(context), params.name, params.arguments or {})
        self._counted(result.tool, result.code, time.perf_counter() - begun)
        return _answered(result)


def _api(context: Context) -> Api:
    assert context.request is not None  # noqa: S101  # every request comes over HTTP
    api: Api = context.request.scope[_API]
    return api


async def _list_tools(context: Context, _params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return _tools(is_observer=_api(context).is_observer)


@cache
def _tools(*, is_observer: bool) -> types.ListToolsResult:
    return types.ListToolsResult.model_validate({"tools": listed(is_observer=is_observer)})


async def _list_resources(_context: Context, _params: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
    return types.ListResourcesResult.model_validate({"resources": resources.RESOURCES})


async def _list_templates(
    _context: Context, _params: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    return types.ListResourceTemplatesResult.model_validate({"resourceTemplates": resources.TEMPLATES})


async def _read_resource(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    api = _api(context)
    try:
        text = await resources.read(api, params.uri)
    except Refusal as refusal:
        raise _no_call(refusal) from None
    except Exception as error:
        raise _no_call(Refusal.of(api.masked(error))) from None
    contents = types.TextResourceContents(uri=params.uri, mime_type=resources.MARKDOWN, text=text)
    return types.ReadResourceResult(contents=[contents])


async def _list_prompts(_context: Context, _params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
    prompts = [types.Prompt(name=name, description=about) for name, about in _PROMPTS.items()]
    return types.ListPromptsResult(prompts=prompts)


async def _get_prompt(_context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
    if params.name not in _PROMPTS:
        raise _no_call(
            Refusal("NOT_FOUND", f"There is no prompt {params.name[:100]}.", f"get one of {', '.join(_PROMPTS)}")
        )
    said = types.TextContent(type="text", text=texts.text(f"{params.name}.md"))
    return types.GetPromptResult(
        description=_PROMPTS[params.name], messages=[types.PromptMessage(role="user", content=said)]
    )


def _no_call(refusal: Refusal) -> MCPError:
    """The error of the protocol for what is no call of a tool."""
    code = types.INTERNAL_ERROR if refusal.code == "INTERNAL" else types.INVALID_PARAMS
    return MCPError(code=code, message=refused(refusal), data={"code": refusal.code})


def _answered(result: Result) -> types.CallToolResult:
    content = [types.TextContent(type="text", text=result.text)]
    return types.CallToolResult(content=content, is_error=result.is_error)
