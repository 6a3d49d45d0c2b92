"""Sending messages: where they go, what they answer and replace, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from db.conversation import channels, messages
from db.conversation.messages import Draft
from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, InboxKind
from db.core.errors import BadInput, Forbidden, NotFound
from db.core.queries import q, required
from db.core.records import Agent, Channel, Message
from db.core.transaction import Committed, Topic, Transaction
from db.rooms import rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What sendMessage is told. `reply_to` alone goes where its parent is."""

    body: str
    room: str | None = None
    channel: str | None = None
    to: Sequence[str] | None = None
    reply_to: str | None = None
    supersedes: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """One channel, or agents."""

    channel: Channel | None = None
    to: Sequence[Agent] = ()


@dataclass(frozen=True, slots=True)
class _Item:
    """What an agent is told in its inbox."""

    agent_id: int
    kind: InboxKind
    text: str


async def send(database: Database, caller: Caller, new: NewMessage, key: str | None) -> Message:
    """Send the message, and put it into the inboxes of its recipients and of those whom it mentions."""
    if not new.body.strip():
        raise BadInput("body", "body is empty.")
    validation.text("body", new.body)
    if new.channel is not None and new.to is not None:
        raise BadInput(
            "to",
            "channel and to are mutually exclusive.",
            "Send one message to the channel, and another to the agents.",
        )
    if key is None and new.supersedes is None:
        parent = None if new.reply_to is None else await _visible(database, caller, new.reply_to)
        room_id = await _room(database, caller, new, parent)
        caller.must_work(room_id, new.room or new.reply_to or "room")
        draft = await _draft(database, caller, room_id, new, parent)
        run = partial(_send_together, database, room_id)
        return required(await database.batches.join((_send_together, room_id), (draft, _items(caller, draft)), run))
    async with database.transaction() as tx:
        parent = None if new.reply_to is None else await _visible(tx, caller, new.reply_to)
        room_id = await _room(tx, caller, new, parent)
        caller.must_work(room_id, new.room or new.reply_to or "room")
        asked = [room_id, new.channel, new.to, new.body, new.reply_to, new.supersedes]
        known = await idempotency.stored_answer(tx, caller, "sendMessage", key, asked)
        if known is not None:
            return await _visible(tx, caller, ids.of(ids.MESSAGE, known))
        draft = await _draft(tx, caller, room_id, new, parent)
        superseded = None if new.supersedes is None else await _superseded(tx, caller, room_id, new.supersedes)
        message = await messages.write(tx, draft, superseded)
        if superseded is not None:
            await q.withdraw_items(tx, message_id=superseded)
        for item in _items(caller, draft):
            tx.notify(item.agent_id, room_id, item.kind, item.text, by=caller.agent_id, message=message.id)
        await idempotency.store_answer(tx, caller, "sendMessage", key, message.id)
    return message


async def _draft(
    on: Database | Transaction, caller: Caller, room_id: int, new: NewMessage, parent: Message | None
) -> Draft:
    place = await _place(on, caller, room_id, new, parent)
    return await messages.draft(
        on,
        room_id,
        new.body,
        author=caller.agent_id,
        channel=place.channel,
        to=place.to,
        reply_to=parent.id if parent else None,
    )


async def _send_together(
    database: Database, room_id: int, drafts: Sequence[tuple[Draft, Sequence[_Item]]]
) -> list[Message]:
    """Write messages of one room, with the items that they make, in one statement, which is all there is to commit."""
    items = [
        {"position": position, "agent_id": item.agent_id, "kind": item.kind, "summary": item.text}
        for position, (_, made) in enumerate(drafts, start=1)
        for item in made
    ]
    rows = await q.send_messages(
        database,
        room_id=room_id,
        messages=[draft.columns() | {"data": draft.data()} for draft, _ in drafts],
        items=items,
    )
    changes = frozenset((Topic.INBOX, item.agent_id) for _, made in drafts for item in made)
    database.publish(Committed({room_id: rows[0]["log_end"]}, [EventKind.MESSAGE_SENT] * len(rows), changes))
    return [Message.of(row) for row in rows]


async def _visible(on: Database | Transaction, caller: Caller, reference: str) -> Message:
    rows = await q.messages_by_ids(on, message_ids=[ids.key(ids.MESSAGE, reference)])
    if not rows or not messages.is_open_to(caller, message := Message.of(rows[0])):
        raise NotFound(reference)
    return message


async def _room(on: Database | Transaction, caller: Caller, new: NewMessage, parent: Message | None) -> int:
    """The room asked for; where none is, that of the message which is answered."""
    if parent is not None and new.room is None:
        return parent.room_id
    room_id = await rooms.find_key(on, caller, new.room)
    if parent is not None:
        hint = "Leave `room` out to reply in that room."
        validation.same_room("replyTo", new.reply_to, parent.room_id, room_id, hint)
    return room_id


async def _place(
    on: Database | Transaction, caller: Caller, room_id: int, new: NewMessage, parent: Message | None
) -> _Place:
    there = None if parent is None else await _place_of(on, caller, parent)
    if new.channel is not None:
        place = _Place(channel=await channels.find(on, room_id, new.channel))
    elif new.to is not None:
        place = _Place(to=await _recipients(on, room_id, new.to))
    elif there is not None:
        place = there
    else:
        raise BadInput(
            "channel", "The message has no destination.", "Send `channel`, or `to` with the names of agents."
        )
    if there is not None and not _same(caller, place, there):
        raise BadInput(
            "replyTo",
            f"{new.reply_to} is in another conversation, and a reply must go to the same one.",
            "Leave `channel` and `to` out to reply there, or leave `replyTo` out and mention the message in the body.",
        )
    return place


async def _recipients(on: Database | Transaction, room_id: int, references: Sequence[str]) -> list[Agent]:
    validation.items("to", references, least=1)
    asked = {one: ids.key_or_name(ids.AGENT, validation.text("to", one)) for one in references}
    rows = await q.members_called(
        on,
        room_id=room_id,
        agent_ids=[key for key in asked.values() if isinstance(key, int)],
        names=[name for name in asked.values() if isinstance(name, str)],
    )
    known: dict[int | str, Agent] = {}
    for agent in map(Agent.of, rows):
        known |= {agent.id: agent, agent.name: agent}
    if missing := [one for one, key in asked.items() if key not in known]:
        raise NotFound(missing[0], "'room { agents { name } }' lists the members of the room.")
    return list({known[key].id: known[key] for key in asked.values()}.values())


async def _place_of(on: Database | Transaction, caller: Caller, parent: Message) -> _Place:
    """Where a reply to it goes: its channel, or its participants, without the caller if there are others."""
    if parent.channel_id is not None:
        row = (await q.channels_by_ids(on, channel_ids=[parent.channel_id]))[0]
        return _Place(channel=Channel.of(row))
    among = list(dict.fromkeys([parent.author_id or caller.agent_id, *parent.to_ids]))
    others = [key for key in among if key != caller.agent_id] or [caller.agent_id]
    found = await q.readers_among(on, room_id=parent.room_id, agent_ids=others)
    rows = {row["id"]: Agent.of(row) for row in found}
    if not rows:
        raise BadInput("replyTo", "None of the other participants is a member of the room any more.")
    return _Place(to=[rows[key] for key in others if key in rows])


def _same(caller: Caller, one: _Place, other: _Place) -> bool:
    def between(place: _Place) -> set[int]:
        return {agent.id for agent in place.to} | {caller.agent_id}

    if one.channel is None or other.channel is None:
        return one.channel is other.channel and between(one) == between(other)
    return one.channel.id == other.channel.id


async def _superseded(tx: Transaction, caller: Caller, room_id: int, reference: str) -> int:
    """The key of the message to replace, locked so that nobody else replaces it in the meantime."""
    row = await q.lock_message(tx, message_id=ids.key(ids.MESSAGE, reference))
    if row is None or not messages.is_open_to(caller, message := Message.of(row)):
        raise NotFound(reference)
    if message.author_id != caller.agent_id:
        raise Forbidden(f"Only its sender can supersede {reference}.", "Reply to it with `replyTo`.")
    validation.same_room("supersedes", reference, message.room_id, room_id, "Send the new message to that room.")
    # Only now that the row is locked can it be told.
    if await q.messages_superseding(tx, message_ids=[message.id]):
        raise BadInput(
            "supersedes",
            f"{reference} is superseded already.",
            f'Supersede the latest: \'node(id: "{reference}") '
            "{ ... on Message { supersededBy { id } } }' finds it.",
        )
    return message.id


def _items(caller: Caller, draft: Draft) -> list[_Item]:
    """For recipients and mentioned agents; in a direct message, mentions tell nobody else.

    Of one's own messages, only those to oneself make an item.
    """
    what = messages.summary(draft.body)
    if draft.channel is None:
        return [_Item(agent.id, InboxKind.DIRECT, f"@{caller.name}: {what}") for agent in draft.to]
    text = f"@{caller.name} mentions you in #{draft.channel.name}: {what}"
    return [_Item(agent, InboxKind.MENTION, text) for agent in draft.mentioned.agents if agent != caller.agent_id]
