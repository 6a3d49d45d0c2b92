"""Everything of a room, or of all, as lines of JSON, and back."""

import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import asyncpg

from db.core.database import Database
from db.core.errors import NotFound
from db.core.migrations import migrations
from db.core.queries import q, text_of

FORMAT, VERSION = "goalroom", 1
# Rows that are written in one statement, and read in one step.
_BATCH = 500
# What stands before a row on its line.
_ROW = '{{"table":"{}","row":'

TABLES = (
    "room",
    "room_log",
    "agent",
    "room_member",
    "token",
    "session",
    "objective",
    "key_result",
    "requirement",
    "task",
    "criterion",
    "dependency",
    "task_key_result",
    "artifact",
    "review",
    "resource",
    "comment",
    "channel",
    "message",
    "event",
    "inbox",
    "inbox_item",
    "memory",
    "idempotency",
)


class CannotRestore(Exception):  # noqa: N818  # it says what the operator can do
    """The file can't be restored here: one line that says why. Nothing was changed."""


async def lines(database: Database, room: str | None) -> AsyncGenerator[str]:
    """A first line that says what this is, one for each row as of one moment, and a last one that counts them.

    NOT_FOUND where there is no room of this name.
    """
    async with database.snapshot() as connection:
        await q.take_as_long_as_it_takes(connection)
        found = None if room is None else await q.room_by_name(connection, name=room)
        if room is not None and found is None:
            raise NotFound(room)
        at = datetime.now(UTC).isoformat()
        yield _compact({"format": FORMAT, "version": VERSION, "migration": max(migrations()), "room": room, "at": at})
        count = 0
        async for row in connection.cursor(text_of(q.export_lines), found and found["id"], prefetch=_BATCH):
            yield row[0]
            count += 1
        yield _compact({"rows": count})


async def restore(connection: Any, given: Iterable[str]) -> dict[str, int]:
    """Write what was exported into a database that has nothing yet, all or nothing; how many rows of each table."""
    numbered = enumerate(given, 1)
    at = _begin(next(numbered, (1, ""))[1])
    restored: Counter[str] = Counter()
    async with connection.transaction():
        await _check_it_is_free(connection)
        await q.clear(connection)
        await q.defer_references(connection)
        try:
            for table, rows in groupby(_rows(numbered), key=itemgetter(0)):
                while batch := [row for _, row in islice(rows, _BATCH)]:
                    # As it was written: what a reader makes of a number is not always what stood there.
                    text = f"[{','.join(batch)}]"
                    restored[table] += await q.restore_rows(connection, of_table=table, rows=text)
            await q.check_references(connection)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            raise CannotRestore(f"The file's rows contradict one another: {error}.") from error
        await q.continue_ids(connection)
        await q.silent_since(connection, at=at)
    return dict(restored)


def _begin(line: str) -> datetime:
    """When it was exported, from the first line."""
    head = _read(line)
    if head.get("format") != FORMAT:
        raise CannotRestore("This is not a file that `goalroom export` wrote.")
    if head["version"] > VERSION or head["migration"] > max(migrations()):
        raise CannotRestore("The file was written by a newer version of Goalroom: restore it with that version.")
    return datetime.fromisoformat(head["at"])


async def _check_it_is_free(connection: Any) -> None:
    if not await q.is_unused(connection):
        raise CannotRestore(
            "The database is not empty. Restored rows keep their ids, so restore them into an empty database."
        )
    if await q.is_in_use(connection):
        raise CannotRestore("Another Goalroom uses this database: stop it first.")


def _rows(numbered: Iterable[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """Table and text of each row, until the line that counts them."""
    count = 0
    for number, line in numbered:
        said = _read(line)
        if said == {"rows": count}:
            return
        if "rows" in said:
            break
        table = said.get("table")
        if table not in TABLES or not isinstance(said.get("row"), dict):
            raise CannotRestore(f"Line {number} is not a row of a Goalroom export.")
        count += 1
        yield table, line[len(_ROW.format(table)) : line.rindex("}")]
    raise CannotRestore(f"The file is incomplete: it ends after {count} rows, without its last line.")


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {}


def _compact(said: object) -> str:
    return json.dumps(said, separators=(",", ":"))
