"""What is said in a room: in a channel, to everybody who listens there, or directly to agents."""

from collections.abc import Sequence

from db.conversation import mention_resolution
from db.core import ids
from db.core.callers import Caller
from db.core.enums import EventKind, InboxKind
from db.core.queries import q, required
from db.core.records import Agent, Channel, Message
from db.core.text import one_line
from db.core.transaction import Transaction

REVIEWS, BLOCKERS, SHIPPING, OPS = "reviews", "blockers", "shipping", "ops"

# The channels that every room has, each with what it is for.
_STANDARD = {
    "general": "What concerns everybody",
    REVIEWS: "Work that waits for a verdict",
    BLOCKERS: "What holds work up",
    SHIPPING: "What goes out",
    OPS: "Digests, and how the room itself runs",
}

_SUMMARY = 200


async def open_standard_channels(tx: Transaction, room_id: int) -> None:
    """Give a new room the channels that every room has."""
    await q.open_channels(tx, room_id=room_id, names=list(_STANDARD), topics=list(_STANDARD.values()))


async def post(tx: Transaction, room_id: int, channel: str, body: str) -> int:
    """Say something in one of the standard channels, in the server's own name; answers the message's key."""
    place = Channel.of(required(await q.channel_by_name(tx, room_id=room_id, name=channel)))
    return (await write(tx, room_id, body, author=None, channel=place)).id


async def post_direct(tx: Transaction, room_id: int, to: Agent, body: str) -> None:
    """Say something to one agent, in the server's own name."""
    message = await write(tx, room_id, body, author=None, to=[to])
    tx.notify(to.id, room_id, InboxKind.DIRECT, summary(body), by=None, message=message.id)


async def write(
    tx: Transaction,
    room_id: int,
    body: str,
    *,
    author: int | None,
    channel: Channel | None = None,
    to: Sequence[Agent] = (),
    reply_to: int | None = None,
    supersedes: int | None = None,
) -> Message:
    """Add a message to its channel, or for these agents, and to the log."""
    named = await mention_resolution.read(body)
    # The server mentions nobody, whatever names stand in the words that it passes on.
    mentioned = await mention_resolution.mentioned(tx, room_id, named) if author is not None else None
    message = Message.of(
        await q.insert_message(
            tx,
            room_id=room_id,
            author_id=author,
            channel_id=channel.id if channel else None,
            to_ids=[agent.id for agent in to],
            body=body,
            reply_to_id=reply_to,
            supersedes_id=supersedes,
            mentions=mentioned.agents if mentioned else (),
            unknown_mentions=mentioned.unknown if mentioned else (),
            refs=await mention_resolution.things(tx, room_id, author, named),
        )
    )
    # By this alone the log tells for whom it is: see Event.shown_to.
    data: dict[str, object] = {"message": ids.of(ids.MESSAGE, message.id)}
    data |= {"channel": channel.name} if channel else {"to": [agent.name for agent in to]}
    data |= {"replyTo": ids.of(ids.MESSAGE, reply_to)} if reply_to is not None else {}
    tx.append_event(room_id, EventKind.MESSAGE_SENT, actor=author, message=message.id, data=data)
    return message


def is_open_to(caller: Caller, message: Message) -> bool:
    """Whether the caller may see it."""
    return caller.sees(message.room_id) and message.is_open_to(caller.agent_id)


def summary(text: str) -> str:
    """What an inbox shows of it."""
    return one_line(text, _SUMMARY)
