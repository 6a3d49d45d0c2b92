"""What is said in a room: in a channel, to everybody who listens there, or directly to agents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db.conversation import mention_resolution
from db.conversation.mention_resolution import Mentions
from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, InboxKind
from db.core.queries import q, required
from db.core.records import Agent, Channel, Message
from db.core.text import one_line
from db.core.transaction import Transaction

REVIEWS, BLOCKERS, SHIPPING, OPS = "reviews", "blockers", "shipping", "ops"

# The channels that every room has, each with what it is for.
_STANDARD = {
    "general": "General discussion",
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
    return (await write(tx, await draft(tx, room_id, body, author=None, channel=place))).id


async def post_direct(tx: Transaction, room_id: int, to: Agent, body: str) -> None:
    """Say something to one agent, in the server's own name."""
    message = await write(tx, await draft(tx, room_id, body, author=None, to=[to]))
    tx.notify(to.id, room_id, InboxKind.DIRECT, summary(body), by=None, message=message.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message as it is to be stored: to a channel, or for agents."""

    room_id: int
    author: int | None
    body: str
    channel: Channel | None
    to: Sequence[Agent]
    reply_to: int | None
    mentioned: Mentions
    refs: Sequence[str]

    def columns(self) -> dict[str, Any]:
        """What is stored of it."""
        return {
            "author_id": self.author,
            "channel_id": self.channel.id if self.channel else None,
            "to_ids": [agent.id for agent in self.to],
            "body": self.body,
            "reply_to_id": self.reply_to,
            "mentions": self.mentioned.agents,
            "unknown_mentions": self.mentioned.unknown,
            "refs": self.refs,
        }

    def data(self) -> dict[str, object]:
        """What the log says of it. By this alone it tells for whom it is: see Event.shown_to."""
        place: dict[str, object] = (
            {"channel": self.channel.name} if self.channel else {"to": [agent.name for agent in self.to]}
        )
        return place | ({"replyTo": ids.of(ids.MESSAGE, self.reply_to)} if self.reply_to is not None else {})


async def draft(
    on: Database | Transaction,
    room_id: int,
    body: str,
    *,
    author: int | None,
    channel: Channel | None = None,
    to: Sequence[Agent] = (),
    reply_to: int | None = None,
) -> Draft:
    """The message with what its text names."""
    named = await mention_resolution.read(body)
    # The server mentions nobody, whatever names stand in the words that it passes on.
    mentioned = await mention_resolution.mentioned(on, room_id, named) if author is not None else Mentions()
    return Draft(
        room_id=room_id,
        author=author,
        body=body,
        channel=channel,
        to=to,
        reply_to=reply_to,
        mentioned=mentioned,
        refs=await mention_resolution.things(on, room_id, author, named),
    )


async def write(tx: Transaction, new: Draft, supersedes: int | None = None) -> Message:
    """Add a message to its channel, or for its agents, and to the log."""
    row = await q.insert_message(tx, room_id=new.room_id, supersedes_id=supersedes, **new.columns())
    message = Message.of(row)
    data = {"message": ids.of(ids.MESSAGE, message.id), **new.data()}
    tx.append_event(new.room_id, EventKind.MESSAGE_SENT, actor=new.author, message=message.id, data=data)
    return message


def is_open_to(caller: Caller, message: Message) -> bool:
    """Whether the caller may see it."""
    return caller.sees(message.room_id) and message.is_open_to(caller.agent_id)


def summary(text: str) -> str:
    """What an inbox shows of it."""
    return one_line(text, _SUMMARY)
