"""Finding what a room holds by its words, or by ids in what is searched for."""

import re
from collections import Counter
from typing import TypeAlias

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import BadInput
from db.core.queries import q
from db.rooms import rooms

# Letter and key of what was found.
Found: TypeAlias = tuple[str, int]

# Of each noun so many are ranked, the newest of those that fit: that takes a bounded time, however much a room holds.
_CANDIDATES = 250
# How many of the newest blocks of 1,024 texts are looked at first, and of 65,536 next: where a word is in all texts,
# its entry in the index is too long to be read to its end. None is all.
_BLOCKS: tuple[tuple[int | None, int], ...] = ((10, 4), (16, 2), (None, 0))

_NOUNS = {
    ids.TASK: "task_ids",
    ids.OBJECTIVE: "objective_ids",
    ids.COMMENT: "comment_ids",
    ids.MESSAGE: "message_ids",
}
_ID = re.compile(r"(?<!\w)[A-Za-z](?:0|[1-9][0-9]{0,17})(?!\w)")


async def find(database: Database, caller: Caller, text: str, room: str | None, first: int) -> list[Found]:
    """What the caller may see of the room's nouns: those whose ids the text holds, then what fits it best."""
    if not text.strip():
        raise BadInput("query", "query is empty.")
    validation.text("query", text, most=validation.MAX_TITLE)
    most = validation.page("first", first)
    room_id = (await rooms.find(database, caller, room)).id
    named = await _named(database, caller, room_id, text)
    fitting = await _ranked(database, caller, room_id, text)
    return list(dict.fromkeys([*named, *fitting]))[:most]


async def _ranked(database: Database, caller: Caller, room_id: int, text: str) -> list[Found]:
    """What fits, best first, and the newest of equals."""
    ranks: dict[Found, tuple[float, int]] = {}
    letters = list(_NOUNS)
    for bits, blocks in _BLOCKS:
        rows = await q.search_room(
            database,
            room_id=room_id,
            agent_id=caller.agent_id,
            search=text,
            letters=letters,
            bits=bits,
            blocks=blocks,
            candidates=_CANDIDATES,
        )
        ranks |= {(row["letter"], row["id"]): (row["rank"], row["position"]) for row in rows}
        full = Counter(row["letter"] for row in rows)
        letters = [letter for letter in letters if full[letter] < _CANDIDATES]
        if not letters:
            break
    return sorted(ranks, key=ranks.__getitem__, reverse=True)


async def _named(database: Database, caller: Caller, room_id: int, text: str) -> list[Found]:
    """What the text calls by its id, in the order in which it does."""
    asked = [(match[0].upper(), int(match[1:])) for match in _ID.findall(text)]
    wanted = {name: [key for letter, key in asked if letter == noun] for noun, name in _NOUNS.items()}
    if not any(wanted.values()):
        return []
    rows = await q.things_by_ids(database, room_id=room_id, agent_id=caller.agent_id, **wanted)
    there = {(row["letter"], row["id"]) for row in rows}
    return [one for one in asked if one in there]
