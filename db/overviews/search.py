"""Finding what a room holds by its words, or by ids in what is searched for."""

import re
from typing import TypeAlias

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import BadInput
from db.core.queries import q
from db.rooms import rooms

# Letter and key of what was found.
Found: TypeAlias = tuple[str, int]

# Of each noun so many are ranked, the newest of those that fit, each by what it begins with: that takes a bounded time,
# however much a room holds and however long its texts are.
_CANDIDATES = 1000
_RANKED_CHARACTERS = 2000

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
    rows = await q.search_room(
        database,
        room_id=room_id,
        agent_id=caller.agent_id,
        search=text,
        candidates=_CANDIDATES,
        ranked_characters=_RANKED_CHARACTERS,
        most=most,
    )
    fitting = [(row["letter"], row["id"]) for row in rows]
    return list(dict.fromkeys([*named, *fitting]))[:most]


async def _named(database: Database, caller: Caller, room_id: int, text: str) -> list[Found]:
    """What the text calls by its id, in the order in which it does."""
    asked = [(match[0].upper(), int(match[1:])) for match in _ID.findall(text)]
    wanted = {name: [key for letter, key in asked if letter == noun] for noun, name in _NOUNS.items()}
    if not any(wanted.values()):
        return []
    rows = await q.things_by_ids(database, room_id=room_id, agent_id=caller.agent_id, **wanted)
    there = {(row["letter"], row["id"]) for row in rows}
    return [one for one in asked if one in there]
