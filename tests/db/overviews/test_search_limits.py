"""Texts that a searcher's parser takes most from: each makes many words of few characters. All are taken and found."""

import pytest

from db.conversation import memory
from db.core import ids
from db.core.database import Database
from db.overviews import search
from db.tasks import task_update
from tests.factories import World

# Five bits a character of plane 1: words of four bytes each, no two alike.
LETTERS = [chr(0x10400 + number) for number in range(32)]


def words(separator: str, letters: int = 3) -> str:
    """65,000 characters of different words."""
    count = 65_000 // (letters + len(separator))
    return separator.join("".join(LETTERS[number >> (5 * at) & 31] for at in range(letters)) for number in range(count))


@pytest.mark.parametrize("separator", [" ", "-", "/", ".", "@", "_", ":", "://", "\n"])
async def test_it_is_taken_and_found(database: Database, world: World, separator: str) -> None:
    room = await world.room("web")
    ann = await world.agent("ann", rooms=[room])
    text = f"needle {words(separator)}"
    task = await world.task(room, description=text)
    await task_update.update(database, ann, ids.of(ids.TASK, task.id), {"description": text})
    objective = await world.objective(room, description=text)
    await memory.remember(database, ann, "web", "text", f"needle {words(separator)[:16_000]}")
    await memory.remember(database, ann, "web", "names", {str(number): "needle" for number in range(3_000)})

    found = await search.find(database, ann, "needle", None, 20)

    assert set(found) == {(ids.TASK, task.id), (ids.OBJECTIVE, objective.id)}
    kept = await memory.find(database, ann, "web", prefix=None, search="needle", first=50)
    assert {one.key for one in kept} == {"text", "names"}


@pytest.mark.parametrize("first", [0x4E00, 0x20000])
async def test_texts_of_nothing_but_pairs_of_letters_are_taken(database: Database, world: World, first: int) -> None:
    room = await world.room("web")
    ann = await world.agent("ann", rooms=[room])
    text = "登录" + "".join(chr(first + number * number * 7919 % 20_000) for number in range(65_000))
    task = await world.task(room, description=text)
    await database.execute("update task set notes = $1 where id = $2", text[::-1], task.id)

    assert await search.find(database, ann, "登录", None, 20) == [(ids.TASK, task.id)]
