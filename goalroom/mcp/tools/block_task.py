"""block_task and release_task: what a holder does who can't go on."""

from collections.abc import Mapping
from typing import Any

from goalroom.mcp import task_text
from goalroom.mcp.api import Api, Refusal, ask, bad_argument, given
from goalroom.mcp.call import Call
from goalroom.mcp.task_text import TASK, TASK_LINE
from goalroom.mcp.text import labelled, minute, next_call, quoted

_FRAGMENTS = TASK_LINE + TASK
_BLOCK = "mutation ($input: BlockTaskInput!) { blockTask(input: $input) { ...WholeTask } }" + _FRAGMENTS
_ESCALATE = (
    """
mutation ($input: EscalateInput!) {
  escalate(input: $input) { id title options closesAt electorate { name } escalates { ...WholeTask } }
}
"""
    + _FRAGMENTS
)
_RELEASE = "mutation ($input: ReleaseTaskInput!) { releaseTask(input: $input) { ...TaskLine } }" + TASK_LINE
_ASSIGN = "mutation ($input: AssignTaskInput!) { assignTask(input: $input) { ...TaskLine } }" + TASK_LINE
_SEEN = "query ($task: ID!) { me { name } task(id: $task) { ...WholeTask } }" + _FRAGMENTS


async def block(call: Call, arguments: Mapping[str, Any]) -> str:
    """Block the task, and say what it waits for."""
    question, waits = arguments.get("question"), [name for name in ("on", "reason") if name in arguments]
    if question is None and not waits:
        raise bad_argument("reason", "Say what it waits for: `on` (tasks), `reason` or `question` (for people).")
    if question is not None and waits:
        raise bad_argument(waits[0], f"`{waits[0]}` and `question` exclude one another.")
    if question is None and "options" in arguments:
        raise bad_argument("options", "`options` are the answers to a `question`.")
    seen = await ask(call.api, _SEEN, task=arguments["task"])
    if _is_blocked_so(seen, arguments):
        task = seen["task"]
    else:
        task = await (_block(call.api, arguments) if question is None else _escalate(call.api, arguments))
    if task["status"] != "BLOCKED":
        return "\n".join(
            [*task_text.line(task), "What it waits for is over already.", next_call("claim_task", task=task["id"])]
        )
    lines = [*task_text.line(task), "waits for:", *_waits(task)]
    return "\n".join([*lines, f"{next_call('claim_task')}; you are told in check_in when {task['id']} can go on"])


async def release(call: Call, arguments: Mapping[str, Any]) -> str:
    """Give the task back or over, with the handoff."""
    handoff = given(**{name: arguments.get(name) for name in ("done", "pending", "gotchas")})
    seen = await ask(call.api, _SEEN, task=arguments["task"])
    task = seen["task"]
    if not _is_released_so(seen, handoff):
        task = await _release(call.api, seen, arguments.get("assignee"), handoff)
    return "\n".join([*task_text.line(task), "The handoff is kept with it.", next_call("check_in")])


async def _release(api: Api, seen: Mapping[str, Any], to: str | None, handoff: Mapping[str, Any]) -> Mapping[str, Any]:
    task, assignee = seen["task"], seen["task"]["assignee"]
    if to is None:
        released: Mapping[str, Any] = (await ask(api, _RELEASE, input={"task": task["id"], "handoff": handoff}))[
            "releaseTask"
        ]
        return released
    # Whoever may assign it may give away what is another's: this tool gives away what is the caller's.
    if not assignee or assignee["name"] != seen["me"]["name"]:
        holder = assignee["name"] if assignee else None
        by = f"@{holder}, not by you" if holder else "nobody"
        raise Refusal("NOT_HOLDER", f"{task['id']} is held by {by}.", facts={"task": task["id"], "holder": holder})
    sent = {"task": task["id"], "assignee": to, "handoff": handoff}
    handed: Mapping[str, Any] = (await ask(api, _ASSIGN, input=sent))["assignTask"]
    return handed


async def _block(api: Api, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    sent = given(task=arguments["task"], reason=arguments.get("reason"), dependsOn=arguments.get("on"))
    blocked: Mapping[str, Any] = (await ask(api, _BLOCK, input=sent))["blockTask"]
    return blocked


async def _escalate(api: Api, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    sent = given(task=arguments["task"], question=arguments["question"], options=arguments.get("options"))
    asked: Mapping[str, Any] = (await ask(api, _ESCALATE, input=sent))["escalate"]["escalates"]
    return asked


def _is_blocked_so(seen: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    task, assignee = seen["task"], seen["task"]["assignee"]
    if task["status"] != "BLOCKED" or not assignee or assignee["name"] != seen["me"]["name"]:
        return False
    if question := arguments.get("question"):
        return any(one["status"] == "OPEN" and one["title"] == question for one in task["proposals"])
    tasks = {wait["task"]["id"] for wait in task["waitingOn"] if wait["task"]}
    reasons = [wait["reason"] for wait in task["waitingOn"] if wait["kind"] == "REASON"]
    on, reason = {one.upper() for one in arguments.get("on", ())}, arguments.get("reason")
    return on <= tasks and (reason is None or reason in reasons)


def _is_released_so(seen: Mapping[str, Any], handoff: Mapping[str, Any]) -> bool:
    comment, assignee = seen["task"]["handoff"], seen["task"]["assignee"]
    if not comment or not comment["author"] or comment["author"]["name"] != seen["me"]["name"]:
        return False
    kept = given(**{name: text or None for name, text in comment["handoff"].items()})
    return kept == handoff and (assignee is None or assignee["name"] != seen["me"]["name"])


def _waits(task: Mapping[str, Any]) -> list[str]:
    lines = []
    for wait in task["waitingOn"]:
        until = f", until {minute(wait['until'])}" if wait["until"] else ""
        of = f" {wait['task']['id']}" if wait["task"] else ""
        lines += [f"{wait['kind']}{of}{until}", *quoted(wait["reason"])]
    for proposal in task["proposals"]:
        if proposal["status"] == "OPEN":
            lines += labelled(f"{proposal['id']} asks", proposal["title"])
    return lines
