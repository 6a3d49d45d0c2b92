"""Everything of a room, or of all, as lines of JSON, and back."""

from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import asyncpg

from db.core.database import Database
from db.core.errors import NotFound
from db.core.queries import q, text_of
from db.operations import doctor
from db.operations.export_file import CannotRestore, Checksum, ExportFile, first_line

# Rows that are written in one statement, and read in one step.
_BATCH = 500

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
    "insight",
    "reflection",
    "schedule",
    "criterion",
    "dependency",
    "imported",
    "task_key_result",
    "artifact",
    "review",
    "proposal",
    "proposal_voter",
    "vote",
    "proposal_task",
    "resource",
    "comment",
    "channel",
    "message",
    "event",
    "webhook",
    "delivery",
    "inbox",
    "inbox_item",
    "memory",
    "idempotency",
)


async def lines(database: Database, room: str | None) -> AsyncGenerator[str]:
    """A first line that says what this is, one for each row as of one moment, and a last one with count and checksum.

    NOT_FOUND where there is no room of this name.
    """
    async with database.snapshot() as connection:
        await q.take_as_long_as_it_takes(connection)
        found = None if room is None else await q.room_by_name(connection, name=room)
        if room is not None and found is None:
            raise NotFound(room)
        checksum, count = Checksum(), 0
        yield checksum.add(first_line(room))
        async for row in connection.cursor(text_of(q.export_lines), found and found["id"], prefetch=_BATCH):
            yield checksum.add(row[0])
            count += 1
        yield checksum.end(count)


async def restore(connection: Any, given: Iterable[str]) -> dict[str, int]:
    """Write what was exported into a database that has nothing yet, all or nothing; how many rows of each table.

    CannotRestore where the file, or what is then in the database, is not as it should be.
    """
    file = ExportFile(given, TABLES)
    restored: Counter[str] = Counter()
    async with connection.transaction():
        await _check_it_is_free(connection)
        await q.clear(connection)
        await q.defer_references(connection)
        try:
            for table, rows in groupby(file.rows(), key=itemgetter(0)):
                while batch := [row for _, row in islice(rows, _BATCH)]:
                    await _check_columns(connection, table, file.columns()[table])
                    restored[table] += await q.restore_rows(connection, of_table=table, rows=f"[{','.join(batch)}]")
            if file.faults:
                raise CannotRestore(*file.faults)
            await q.check_references(connection)
        except (
            asyncpg.DataError,
            asyncpg.IntegrityConstraintViolationError,
            asyncpg.ProgramLimitExceededError,
        ) as error:
            raise CannotRestore(*file.faults, f"The file's rows contradict one another: {error}.") from error
        await q.continue_ids(connection)
        await q.mend_counts(connection, ids=[row["id"] for row in await q.wrong_counts(connection)])
        await q.silent_since(connection, at=file.at)
        await q.begin_epoch(connection)
        # Of rows that are new Postgres knows nothing, and the checks would take hours.
        await q.analyze(connection)
        if wrong := await doctor.problems(connection):
            raise CannotRestore(*wrong)
    return dict(restored)


async def _check_columns(connection: Any, table: str, columns: Sequence[str]) -> None:
    """Of columns that there are not, Postgres would leave out the values without a word."""
    known = {row["name"] for row in await q.columns(connection, of_table=table)}
    if unknown := [column for column in columns if column not in known]:
        raise CannotRestore(f"The table {table} has no {unknown[0]}: the file was changed.")


async def _check_it_is_free(connection: Any) -> None:
    if not await q.is_unused(connection):
        raise CannotRestore(
            "The database is not empty. Restored rows keep their ids, so restore them into an empty database."
        )
    if await q.is_in_use(connection):
        raise CannotRestore("Another Goalroom uses this database: stop it first.")
