"""check_in: acknowledge, give a sign of life, and see what waits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goalroom.mcp.api import Api, ask, bad_argument
from goalroom.mcp.call import Call
from goalroom.mcp.task_text import TASK_LINE, line
from goalroom.mcp.text import Section, compact, fit, labelled, minute, name_of, next_call, quoted

_ACKNOWLEDGE = "mutation ($input: AcknowledgeInput!) { acknowledge(input: $input) }"
_BRIEFING = (
    """
query ($room: ID) {
  briefing(room: $room) {
    cursor
    me { name }
    tasks {
      ...TaskLine
      startedAt instructions notes
      criteria { id text met accepted }
      waitingOn { kind reason }
      handoff { author { name } handoff { done pending gotchas } }
    }
    reviews { ...TaskLine }
    inbox {
      id kind summary
      task { id } proposal { id }
      message { id from { name } body } comment { id author { name } body }
    }
    proposals { id kind title body options closesAt author { name } }
    next { ...TaskLine }
  }
  room(room: $room) { name settings { paused } }
}
"""
    + TASK_LINE
)
_END_OF_INBOX = "query ($after: String) { inbox(first: 200, after: $after) { pageInfo { endCursor hasNextPage } } }"
_WAIT = """
query ($after: String, $seconds: Int) {
  inbox(first: 1, after: $after, waitSeconds: $seconds) { pageInfo { endCursor } }
}
"""
_TOKENS = 800
_MOST_WAIT = 50
# Of one text in this overview.
_SUMMARY, _DETAIL = 300, 500


async def run(call: Call, arguments: Mapping[str, Any]) -> str:
    """The briefing, once there is something in the inbox or the time is over."""
    if acknowledged := arguments.get("ack"):
        await _acknowledge(call.api, acknowledged)
    room = arguments.get("room")
    seen = await ask(call.api, _BRIEFING, room=room)
    if seconds := arguments.get("waitSeconds"):
        seen = await _wait(call, seen, room, seconds)
    briefing, here = seen["briefing"], seen["room"]
    head = _head(call.pulse, briefing, here)
    sections = _sections(briefing)
    if not any(section.total for section in sections):
        head.append("Nothing waits for you.")
    tail = [_next(briefing, paused=here["settings"]["paused"]), f"cursor: {briefing['cursor']}"]
    return fit(head, sections, tail, arguments.get("maxTokens", _TOKENS))


async def _acknowledge(api: Api, items: Sequence[str]) -> None:
    if "all" in items:
        if len(items) > 1:
            raise bad_argument("ack", "`ack` is a list of inbox items such as I31, or `all` alone.")
        await ask(api, _ACKNOWLEDGE, input={})
        return
    await ask(api, _ACKNOWLEDGE, input={"items": list(items)})


async def _wait(call: Call, seen: dict[str, Any], room: str | None, seconds: int) -> dict[str, Any]:
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
        seen = await ask(call.api, _BRIEFING, room=room)
        rest = min(_MOST_WAIT, deadline - call.now())
        if seen["briefing"]["inbox"] or rest <= 0 or call.is_cancelled:
            return seen
        page = (await ask(call.api, _WAIT, after=after, seconds=max(1, round(rest))))["inbox"]["pageInfo"]
        after = page["endCursor"] or after


def _head(pulse: Mapping[str, Any] | None, briefing: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    paused = ": paused, nothing can be claimed" if here["settings"]["paused"] else ""
    head = [f"{name_of(briefing['me'])} in {here['name']}{paused}"]
    for task in pulse["lost"] if pulse else ():
        head += [f"{task['id']} is lost: it is not yours any more, stop working on it", *quoted(task["title"])]
    return head


def _sections(briefing: Mapping[str, Any]) -> list[Section]:
    held = {task["id"] for task in briefing["tasks"]}
    offered = [line(task) for task in briefing["next"] if task["id"] not in held]
    return [
        Section("Inbox, acknowledge what is dealt with", [told(item) for item in briefing["inbox"]], "of the inbox"),
        Section("Yours", [_owned(task) for task in briefing["tasks"]], "of your tasks"),
        Section("To review", [line(task) for task in briefing["reviews"]], "to review"),
        Section("To decide", [_question(one) for one in briefing["proposals"]], "to decide"),
        Section("To take", offered, "to take"),
    ]


def told(item: Mapping[str, Any]) -> list[str]:
    """An item of the inbox: what it is about and who said it, then the words."""
    message, comment = item["message"], item["comment"]
    about = [one["id"] for one in (item["task"], item["proposal"], message, comment) if one]
    by = f" from {name_of(message['from'])}" if message else f" from {name_of(comment['author'])}" if comment else ""
    said = message["body"] if message else comment["body"] if comment else item["summary"]
    return [f"{' '.join([item['id'], item['kind'], *about])}{by}", *quoted(said, _SUMMARY)]


def _question(proposal: Mapping[str, Any]) -> list[str]:
    until = f", until {minute(proposal['closesAt'])}" if proposal["closesAt"] else ""
    return [
        f"{proposal['id']} {proposal['kind']} from {name_of(proposal['author'])}{until}",
        *quoted(proposal["title"], _SUMMARY),
        *quoted(proposal["body"], _DETAIL),
        *quoted(compact(proposal["options"]), _DETAIL),
    ]


def _owned(task: Mapping[str, Any]) -> list[str]:
    facts = [f"lease until {minute(task['lease']['expiresAt'])}"] if task["lease"] else []
    return [*line(task, *facts), *_details(task)]


def _details(task: Mapping[str, Any]) -> Iterable[str]:
    if task["status"] in {"BLOCKED", "TODO"}:
        for wait in task["waitingOn"]:
            yield from [f"waits, {wait['kind']}", *quoted(wait["reason"], _SUMMARY)]
    if task["status"] != "DOING" and not task["ready"]:
        return
    for criterion in task["criteria"]:
        if criterion["accepted"] is False or not criterion["met"]:
            state = "not accepted" if criterion["accepted"] is False else "to meet"
            yield from [f"{criterion['id']} {state}", *quoted(criterion["text"], _SUMMARY)]
    yield from labelled("instructions", task["instructions"], _DETAIL)
    if task["handoff"] and task["handoff"]["handoff"]:
        said = task["handoff"]["handoff"]
        text = "\n".join(f"{name}: {said[name]}" for name in ("done", "pending", "gotchas") if said[name])
        yield from labelled(f"handoff from {name_of(task['handoff']['author'])}", text, _DETAIL)
    yield from labelled("notes", task["notes"], _DETAIL)


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
