"""An outage is two warnings, whatever fails in it."""

import asyncio
import logging
from typing import Any

import asyncpg
import pytest

from db.core.connection_errors import DISK_FULL
from db.core.database import Database
from db.core.errors import NotFound, Unavailable
from db.core.outage_log import OutageLog
from tests.patience import PATIENCE_S

BEGAN, OVER = "the database is unavailable", "the database is available again"
LOCKED = "The room is busy: what this request changes was locked by other requests for too long."


def warnings(caplog: pytest.LogCaptureFixture) -> list[tuple[Any, ...]]:
    """All that was said as a warning or worse: the words, why, and of an end its facts."""
    return [
        (record.message, record.__dict__.get("reason"), *_facts(record))
        for record in caplog.records
        if record.levelno >= logging.WARNING
    ]


def _facts(record: logging.LogRecord) -> tuple[Any, ...]:
    return (record.__dict__["seconds"], record.__dict__["failed"]) if record.message == OVER else ()


def test_each_outage_has_a_begin_and_an_end_with_its_length_and_number(caplog: pytest.LogCaptureFixture) -> None:
    log = OutageLog()

    for second in range(100):
        log.failed(ConnectionRefusedError(), float(second))
    log.succeeded(99.5)
    assert warnings(caplog) == [(BEGAN, Unavailable.why)], "an answer that was under way is no end"
    log.succeeded(100.0)
    log.succeeded(101.0)
    log.failed(asyncpg.AdminShutdownError(), 200.0)
    log.succeeded(300.0)

    away = Unavailable.why
    assert warnings(caplog) == [(BEGAN, away), (OVER, away, 99.0, 100), (BEGAN, away), (OVER, away, 0.0, 1)]


def test_a_busy_room_and_a_full_disk_end_in_their_own_time(caplog: pytest.LogCaptureFixture) -> None:
    log = OutageLog()

    for second in (0.0, 5.0, 12.0):
        log.failed(asyncpg.LockNotAvailableError(), second)
        log.failed(asyncpg.DiskFullError(), second)
        log.succeeded(second + 1)
    log.succeeded(22.0)
    assert warnings(caplog) == [(BEGAN, LOCKED), (BEGAN, DISK_FULL), (OVER, LOCKED, 12.0, 3)]
    log.succeeded(23.0, wrote=True)

    assert warnings(caplog)[3:] == [(OVER, DISK_FULL, 12.0, 3)]


def test_what_is_not_the_databases_fault_is_no_outage(caplog: pytest.LogCaptureFixture) -> None:
    log = OutageLog()

    for error in (NotFound("T1"), ValueError("mine"), asyncpg.UniqueViolationError()):
        log.failed(error, 0.0)
    log.succeeded(100.0)

    assert warnings(caplog) == []


async def test_a_database_that_comes_back_says_so(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    database = await Database.connect(database_url, size=2)

    async def ask() -> None:
        with pytest.raises(Unavailable):
            await database.fetchval("select 1")

    database.mark_unavailable()
    await asyncio.gather(*(ask() for _ in range(20)))
    database.mark_available()
    async with asyncio.timeout(PATIENCE_S):
        while len(warnings(caplog)) < 2:
            await database.fetchval("select 1")
            await asyncio.sleep(0.05)
    await database.close()

    [began, over] = warnings(caplog)
    assert began == (BEGAN, Unavailable.why)
    assert (over[0], over[3]) == (OVER, 20)
