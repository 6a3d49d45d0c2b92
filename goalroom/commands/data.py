"""The commands that operators keep their data with: export, restore, doctor."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TextIO

import asyncpg

from db.core import session
from db.core.database import Database
from db.core.errors import NotFound
from db.core.migrations import exclusive_connection
from db.operations import bootstrap, exports
from db.operations import doctor as checks
from db.operations.export_file import CannotRestore
from goalroom import machine
from goalroom.command_error import CommandError
from goalroom.postgres import admin_token, data_dir, setup
from goalroom.settings import Settings

# What a person wants to know of what was restored.
_TOLD = ("room", "agent", "objective", "task", "message", "event")


async def export(settings: Settings, room: str | None, out: TextIO) -> None:
    """Write everything of a room, or of all, as JSON lines."""
    _check_there_is_one(settings)
    async with setup.opened_to_read(settings) as database:
        try:
            with _while_it_is_read(out):
                async for line in exports.lines(database, room):
                    out.write(line + "\n")
                out.flush()
        except NotFound as error:
            raise CommandError(f"There is no room {room}.") from error


@contextmanager
def _while_it_is_read(out: TextIO) -> Generator[None]:
    try:
        yield
    except BrokenPipeError as error:
        # Python would flush once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        raise CommandError("The reader closed the output before its end.") from error


async def restore(settings: Settings, file: Path, out: TextIO) -> None:
    """Write what was exported into a database that has nothing yet, and let this machine in as admin."""
    async with setup.postgres(settings) as url:
        await setup.bring_up_to_date(url)
        with setup.as_command_errors(url), file.open(encoding="utf-8") as lines:
            async with exclusive_connection(url) as connection:
                try:
                    restored = await exports.restore(connection, lines)
                except CannotRestore as error:
                    first, *more = (f"{file}: {fault}" for fault in error.faults)
                    raise CommandError(first, more=tuple(more)) from error
                except UnicodeDecodeError as error:
                    raise CommandError(f"{file} is not text in UTF-8: nothing was restored.") from error
                database = await Database.connect(url, size=1)
                try:
                    keep = partial(admin_token.keep, settings.data_dir)
                    # The tokens that came along open it too, but none of them is in this data directory.
                    await bootstrap.bootstrap(database, admin_token=settings.admin_token or keep(), keep_token=keep)
                finally:
                    await database.close()
    out.write(f"Restored {sum(restored.values())} rows: {', '.join(_told(restored))}.\n")


def _told(restored: dict[str, int]) -> Iterator[str]:
    for table in _TOLD:
        count = restored.get(table, 0)
        yield f"{count} {table}" if count == 1 else f"{count} {table}s"


async def doctor(settings: Settings, out: TextIO, *, fix: bool) -> None:
    """Say what is wrong with the database, and what to do about it; a CommandError where something is."""
    _check_there_is_one(settings)
    wrong = 0

    def show(look: checks.Look) -> None:
        nonlocal wrong
        with _while_it_is_read(out):
            out.write(f"{'WRONG' if look.findings else 'ok   '} {look.subject}: {look.seen}\n")
            out.writelines(f"      {finding.problem} {finding.advice}\n" for finding in look.findings)
            out.flush()
        wrong += len(look.findings)

    async with setup.postgres(settings) as url:
        with setup.as_command_errors(url):
            replaced = await session.changed_by_operator(url)
            connection = await session.connect(url, seconds=10, application_name="goalroom doctor")
            try:
                if fix:
                    fixed = await checks.fix(connection)
                    out.write(f"Fixed {', '.join(fixed) or 'nothing'}.\n")
                async for look in checks.examine(connection, replaced):
                    show(look)
                if settings.database_url not in {None, url}:
                    show(await checks.pooler(settings.database_url))
            finally:
                with suppress(OSError, asyncpg.PostgresError):
                    await connection.close(timeout=5)
        for look in machine.examine(settings.data_dir if settings.database_url is None else None):
            show(look)
    if wrong:
        raise CommandError(f"{wrong} {'problem' if wrong == 1 else 'problems'} found; see standard output.")


def _check_there_is_one(settings: Settings) -> None:
    if settings.database_url is None and not (settings.data_dir / data_dir.CLUSTER).exists():
        raise CommandError(f"There is no data in {settings.data_dir}: set another --data-dir, or --database-url.")
