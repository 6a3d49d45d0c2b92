"""What is said in a room, to everybody who listens to a channel."""

from db import ids
from db.database import Act
from db.queries import q
from db.records import EventKind

REVIEWS, BLOCKERS, OPS = "reviews", "blockers", "ops"

# The channels that every room has, each with what it is for.
_STANDARD = {
    "general": "What concerns everybody",
    REVIEWS: "Work that waits for a verdict",
    BLOCKERS: "What holds work up",
    "shipping": "What goes out",
    OPS: "Digests, and how the room itself runs",
}


async def open_standard_channels(act: Act, room_id: int) -> None:
    """Give a new room the channels that every room has."""
    await q.open_channels(act, room_id=room_id, names=list(_STANDARD), topics=list(_STANDARD.values()))


async def post(act: Act, room_id: int, channel: str, body: str) -> int:
    """Say something in one of the standard channels, in the server's own name; answers the message's key."""
    key: int = await q.post_message(act, room_id=room_id, author_id=None, channel=channel, body=body)
    data = {"message": ids.of(ids.MESSAGE, key), "channel": channel}
    act.record(room_id, EventKind.MESSAGE_SENT, message=key, data=data)
    return key
