"""send_message: write to a channel or to agents."""

from collections.abc import Mapping
from typing import Any

from goalroom.mcp.api import ask, bad_argument, given
from goalroom.mcp.call import Call
from goalroom.mcp.text import labelled, name_of, next_call

_SEND = """
mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { id to { name } channel { name } mentions { name } unknownMentions }
}
"""
_ROOM_OF = "query ($id: ID!) { node(id: $id) { ... on Message { room { id } } } }"


async def run(call: Call, arguments: Mapping[str, Any]) -> str:
    """The id, who is told, and the @names that nobody has."""
    to, room = arguments["to"], arguments.get("room")
    channels = [one.removeprefix("#") for one in to if one.startswith("#")]
    if not to or (channels and len(to) > 1):
        raise bad_argument("to", "`to` is either one channel, [#general], or names of agents.")
    for name in ("replyTo", "supersedes"):
        if room is None and name in arguments:
            room = ((await ask(call.api, _ROOM_OF, id=arguments[name]))["node"].get("room") or {}).get("id")
    sent = given(
        room=room,
        channel=channels[0] if channels else None,
        to=None if channels else [one.removeprefix("@") for one in to],
        body=arguments["body"],
        replyTo=arguments.get("replyTo"),
        supersedes=arguments.get("supersedes"),
        idempotencyKey=arguments.get("key"),
    )
    message = (await ask(call.api, _SEND, input=sent))["sendMessage"]
    where = f"in #{message['channel']['name']}" if message["channel"] else "directly"
    told = ", ".join(dict.fromkeys(name_of(one) for one in (*message["to"], *message["mentions"]))) or "nobody by name"
    unknown = "\n".join(f"@{one}" for one in message["unknownMentions"])
    lines = [f"{message['id']} sent {where}; told: {told}", *labelled("nobody here is called", unknown)]
    return "\n".join([*lines, next_call("check_in")])
