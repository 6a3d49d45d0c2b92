"""The agents and things of a room that a text names."""

import asyncio
from dataclasses import dataclass

from db.conversation import mentions
from db.core import ids
from db.core.database import Database
from db.core.queries import q
from db.core.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Mentions:
    """The keys of the agents, in the order in which they are named, and the @words that name nobody here."""

    agents: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()


# What is longer may take half a second to read as Markdown, in which nobody else would be answered.
_LONG = 4_000


async def read(text: str) -> mentions.Named:
    """What the text names; of a long one found in a thread, so that others go on meanwhile."""
    if len(text) <= _LONG:
        return mentions.read(text)
    return await asyncio.to_thread(mentions.read, text)


async def mentioned(on: Database | Transaction, room_id: int, named: mentions.Named) -> Mentions:
    """Those of the words that are names of members."""
    if not named.words:
        return Mentions()
    rows = await q.members_by_names(on, room_id=room_id, names=named.candidates())
    agents, unknown = named.resolve({row["name"]: row["id"] for row in rows})
    return Mentions(tuple(agents), tuple(unknown))


async def things(on: Database | Transaction, room_id: int, reader: int | None, named: mentions.Named) -> list[str]:
    """The ids of things in the room that the reader may see."""
    if not named.ids:
        return []
    asked = {letter: [key for of, key in named.ids if of == letter] for letter in mentions.LETTERS}
    rows = await q.things_named(
        on,
        room_id=room_id,
        agent_id=reader,
        objective_ids=asked[ids.OBJECTIVE],
        key_result_ids=asked[ids.KEY_RESULT],
        task_ids=asked[ids.TASK],
        message_ids=asked[ids.MESSAGE],
        proposal_ids=asked[ids.PROPOSAL],
    )
    there = {(row["letter"], row["id"]) for row in rows}
    return [ids.of(*one) for one in named.ids if one in there]
