"""check_in: acknowledge, give a sign of life, and see what waits, in the words of the briefing."""

from collections.abc import Mapping, Sequence
from typing import Any

from goalroom.mcp.api import Api, ask, bad_argument
from goalroom.mcp.call import Call
from goalroom.mcp.text import CHARACTERS_OF_A_TOKEN, lost_lines, next_call

_ACKNOWLEDGE = "mutation ($input: AcknowledgeInput!) { acknowledge(input: $input) }"
_BRIEFING = """
query ($room: ID, $maxTokens: Int) {
  briefing(room: $room, maxTokens: $maxTokens) {
    cursor markdown
    tasks { id status ready stale lease { expiresAt } }
    reviews { id } inbox { id } proposals { id } next { id }
  }
  room(room: $room) { settings { paused } }
}
"""
_END_OF_INBOX = "query ($after: String) { inbox(first: 200, after: $after) { pageInfo { endCursor hasNextPage } } }"
_WAIT = """
query ($after: String, $seconds: Int) {
  inbox(first: 1, after: $after, waitSeconds: $seconds) { pageInfo { endCursor } }
}
"""
_TOKENS, _FEWEST_TOKENS = 800, 50
_MOST_WAIT = 50


async def run(call: Call, arguments: Mapping[str, Any]) -> str:
    """The briefing, once there is something in the inbox or the time is over."""
    if acknowledged := arguments.get("ack"):
        await _acknowledge(call.api, acknowledged)
    asked = {"room": arguments.get("room"), "maxTokens": arguments.get("maxTokens", _TOKENS)}
    seen = await ask(call.api, _BRIEFING, **asked)
    if seconds := arguments.get("waitSeconds"):
        seen = await _wait(call, seen, asked, seconds)
    most, lost = CHARACTERS_OF_A_TOKEN * asked["maxTokens"], lost_lines(call.pulse)
    around = len("\n".join([*lost, *_tail(seen, most)])) + 1
    if len(seen["briefing"]["markdown"]) + around > most:
        fewer = max(_FEWEST_TOKENS, (most - around) // CHARACTERS_OF_A_TOKEN)
        seen = await ask(call.api, _BRIEFING, **(asked | {"maxTokens": fewer}))
    tail = "\n".join(_tail(seen, most))
    text = "\n".join([*lost, seen["briefing"]["markdown"]])
    if len(text) + 1 + len(tail) > most:
        # So few tokens that the briefing has none fewer.
        text = text[: most - 1 - len(tail)].rpartition("\n")[0]
    return f"{text}\n{tail}"


async def _acknowledge(api: Api, items: Sequence[str]) -> None:
    if "all" in items:
        if len(items) > 1:
            raise bad_argument("ack", "`ack` is a list of inbox items such as I31, or `all` alone.")
        await ask(api, _ACKNOWLEDGE, input={})
        return
    await ask(api, _ACKNOWLEDGE, input={"items": list(items)})


async def _wait(call: Call, seen: dict[str, Any], asked: Mapping[str, Any], seconds: int) -> dict[str, Any]:
    """Wait for an item of this room: what waits in others is no news of it."""
    if seen["briefing"]["inbox"]:
        return seen
    deadline = call.now() + seconds
    after = None
    while True:
        page = (await ask(call.api, _END_OF_INBOX, after=after))["inbox"]["pageInfo"]
        after = page["endCursor"] or after
        if not page["hasNextPage"]:
            break
    while True:
        # After the end is known: what came before it is in this, and what comes later is waited for.
        seen = await ask(call.api, _BRIEFING, **asked)
        rest = min(_MOST_WAIT, deadline - call.now())
        if seen["briefing"]["inbox"] or rest <= 0 or call.is_cancelled:
            return seen
        page = (await ask(call.api, _WAIT, after=after, seconds=max(1, round(rest))))["inbox"]["pageInfo"]
        after = page["endCursor"] or after


def _tail(seen: Mapping[str, Any], most: int) -> list[str]:
    """What comes next, where there is room for it, and where the log stands."""
    briefing = seen["briefing"]
    cursor = f"cursor: {briefing['cursor']}"
    next_line = _next(briefing, paused=seen["room"]["settings"]["paused"])
    return [next_line, cursor] if len(next_line) + len(cursor) < most // 2 else [cursor]


def _next(briefing: Mapping[str, Any], *, paused: bool) -> str:
    """The most urgent thing to do."""
    if briefing["inbox"]:
        return f"{next_call('check_in', ack=[item['id'] for item in briefing['inbox'][:5]])} once they are dealt with"
    if (own := _own(briefing["tasks"])) is not None:
        return own
    if reviews := briefing["reviews"]:
        return next_call("claim_task", kind="review", task=reviews[0]["id"])
    if proposals := briefing["proposals"]:
        vote = "mutation ($input: VoteInput!) { vote(input: $input) { status } }"
        answer = {"proposal": proposals[0]["id"], "option": "YOURS"}
        return next_call("goalroom_graphql", query=vote, variables={"input": answer})
    return next_call("claim_task") if briefing["next"] and not paused else next_call("check_in", waitSeconds=_MOST_WAIT)


def _own(tasks: Sequence[Mapping[str, Any]]) -> str | None:
    """What is held comes first, then what is the caller's to take up."""
    if doing := next((task for task in tasks if task["status"] == "DOING"), None):
        return _go_on(doing)
    if mine := next((task for task in tasks if task["status"] == "TODO" and task["ready"]), None):
        return next_call("claim_task", task=mine["id"])
    return None


def _go_on(task: Mapping[str, Any]) -> str:
    if not task["lease"]:
        return f"{next_call('claim_task', task=task['id'])}: its lease is over"
    if task["stale"]:
        return f"{next_call('update_task', task=task['id'], progress='WHAT YOU DID')}: it is stale"
    return f"{next_call('submit_task', task=task['id'], summary='WHAT CAME OF IT')} once its criteria are met"
