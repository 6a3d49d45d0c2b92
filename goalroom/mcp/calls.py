"""Calls of tools: the sign of life, the checks, the tool, and what is answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from goalroom.mcp.api import Api, Failed, Refusal, ask
from goalroom.mcp.arguments import checked
from goalroom.mcp.call import Call
from goalroom.mcp.refusals import refused
from goalroom.mcp.text import lost_lines
from goalroom.mcp.tool_list import MOST_QUIET, TOOLS, Tool
from goalroom.mcp.tools import (
    block_task,
    check_in,
    claim_task,
    graphql,
    look_up,
    memory,
    plan_tasks,
    send_message,
    submit_task,
    update_task,
)

OK = "OK"
# What stands for the tool in metrics where there is none of the name: their number is bounded.
NONE = "none"

_ROOMS = "{ me { rooms { name } } }"
_NAMES: Mapping[str, Tool] = {tool.name: tool for tool in TOOLS}

Run = Callable[[Call, Mapping[str, Any]], Awaitable[str]]

_RUN: Mapping[str, Run] = {
    "check_in": check_in.run,
    "claim_task": claim_task.run,
    "update_task": update_task.run,
    "block_task": block_task.block,
    "release_task": block_task.release,
    "submit_task": submit_task.submit,
    "review_task": submit_task.review,
    "plan_tasks": plan_tasks.run,
    "send_message": send_message.run,
    "remember": memory.remember,
    "recall": memory.recall,
    "look_up": look_up.run,
    "goalroom_graphql": graphql.run,
}


@dataclass(frozen=True, slots=True)
class Result:
    """`tool` and `code` are what is counted; anything but OK is an error for the client."""

    text: str
    tool: str
    code: str = OK

    @property
    def is_error(self) -> bool:
        return self.code != OK


async def call_tool(api: Api, name: str, arguments: Mapping[str, Any]) -> Result:
    """What the tool answers; a refusal is an answer too."""
    tool = _NAMES.get(name)
    try:
        return Result(await _run(Call(api), name, tool, arguments), tool.name if tool else NONE)
    except Refusal as refusal:
        return Result(refused(refusal), tool.name if tool else NONE, refusal.code)
    except Failed as failed:
        return Result(failed.text, tool.name if tool else NONE, failed.code)
    except Exception as error:
        # What escapes from here would reach the client as an error of the protocol, which no model gets to read.
        fault = Refusal.of(api.masked(error))
        return Result(refused(fault), tool.name if tool else NONE, fault.code)


async def _run(call: Call, name: str, tool: Tool | None, arguments: Mapping[str, Any]) -> str:
    quiet = arguments.get("quietMinutes")
    await call.beat(quiet if type(quiet) is int and 0 < quiet <= MOST_QUIET else None)
    if tool is None:
        raise Refusal("NOT_FOUND", f"There is no tool {name[:100]}.", f"call one of {', '.join(_NAMES)}")
    if call.api.is_observer and not tool.for_observers:
        raise Refusal("FORBIDDEN", f"An OBSERVER token can only read, and {name} writes.", "ask an admin for another")
    given = checked(tool.schema, arguments)
    try:
        answer = await _RUN[name](call, given)
    except Refusal as refusal:
        raise await _naming_rooms(call.api, refusal, given) from None
    # check_in begins with what was lost; where the answer is JSON, nothing follows it.
    lost = [] if name in {"check_in", "goalroom_graphql"} else lost_lines(call.pulse)
    return "\n".join([answer, *lost])


async def _naming_rooms(api: Api, refusal: Refusal, arguments: Mapping[str, Any]) -> Refusal:
    """Where the room was left out by somebody who is in several, their names are what would be right."""
    if refusal.code == "BAD_INPUT" and refusal.facts.get("field") == "room" and "room" not in arguments:
        names = [room["name"] for room in (await ask(api, _ROOMS))["me"]["rooms"]]
        refusal.hint = f"send `room`: one of {', '.join(names)}"
        refusal.is_of_api = False
    return refusal
