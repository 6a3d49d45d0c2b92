"""Behind a pooler of transactions each of them has the settings that we need, whatever the operator's have."""

from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest

from db.core import session
from db.core.database import Database
from db.core.pooled_sessions import keeps_prepared_statements
from db.operations import doctor
from tests.e2e.pooled import pooler
from tests.e2e.pooled.pooler import Pooler
from tests.operators_settings import change

pytestmark = pooler.needed

LIMITS = ["statement_timeout", "transaction_timeout", "idle%session_timeout"]
SHOWN = "select name, current_setting(name) as value from unnest($1::text[]) as name"


@pytest.fixture
async def forgetful(postgres_url: str) -> AsyncGenerator[Pooler]:
    made = Pooler(postgres_url, prepared=0)
    yield made
    made.remove()


async def settings_of(on: Any) -> dict[str, str]:
    return {row["name"]: row["value"] for row in await on.fetch(SHOWN, list(session.POOL_SETTINGS))}


async def test_each_transaction_has_our_settings(empty_database: str) -> None:
    await change(empty_database)
    # They count until ours are set, a moment after a transaction began.
    connection = await session.connect(empty_database, seconds=10)
    name = await connection.fetchval("select current_database()")
    for setting in await connection.fetch("select name from pg_settings where name like any ($1)", LIMITS):
        await connection.execute(f"alter database {name} set {setting['name']} = '20s'")
    await connection.close()
    database = await Database.connect(pooler.pooled(empty_database), pooled=True, size=2)
    async with database.transaction() as tx:
        await tx.execute("create table written (at timestamptz default now())")
        found = [await settings_of(tx)]
        isolation = await tx.fetchval("show transaction_isolation")
    await database.execute("insert into written default values")
    found.append(await settings_of(database))
    async with database.snapshot() as connection:
        found.append(await settings_of(connection))
        assert await connection.fetchval("show transaction_isolation") == "repeatable read"
        assert await connection.fetchval("show transaction_read_only") == "on"
    durable = await database.fetchval("show synchronous_commit")
    await database.close()

    assert database.pooled is not None
    assert found == [session.POOL_SETTINGS | {"application_name": database.pooled.name}] * 3
    assert (isolation, durable) == ("read committed", "on")


async def test_where_the_role_has_our_settings_a_statement_is_sent_alone(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    name = await connection.fetchval("select current_database()")
    for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit"):
        value = session.POOL_SETTINGS[setting]
        await connection.execute(f"alter role current_user in database {name} set {setting} = '{value}'")
    await connection.close()

    database = await Database.connect(pooler.pooled(empty_database), pooled=True, size=2)
    before, after = [await database.fetchval("select $1::int4, txid_current()", 1) for _ in range(2)]
    found = await settings_of(database)
    await database.close()

    assert database.pooled is not None
    assert (before, after, database.pooled.lacking) == (1, 1, {})
    assert found == session.POOL_SETTINGS | {"application_name": database.pooled.name}


async def test_the_doctor_says_what_each_transaction_sets(empty_database: str) -> None:
    look = await doctor.pooler(pooler.pooled(empty_database))

    # The driver switches jit off for a moment, and can't tell in which session it was to switch it on again.
    assert look.seen.replace(" jit,", "") == (
        "each transaction sets idle_in_transaction_session_timeout, lock_timeout, statement_timeout"
    )
    assert look.findings == ()


async def test_a_pooler_that_forgets_prepared_statements_is_found_out(empty_database: str, forgetful: Pooler) -> None:
    assert await keeps_prepared_statements(pooler.pooled(empty_database))
    assert await keeps_prepared_statements(empty_database)
    assert not await keeps_prepared_statements(forgetful.url(empty_database))

    look = await doctor.pooler(forgetful.url(empty_database))
    assert [finding.problem for finding in look.findings] == ["It forgets prepared statements."]
