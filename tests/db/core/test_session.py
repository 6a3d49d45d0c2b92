"""Our sessions have the settings that we need, whatever the operator's role, database and file have."""

from typing import Any

import asyncpg
import pytest

from db.core import session
from db.core.database import Database
from db.core.migrations import exclusive_connection
from goalroom.broadcast.postgres import PostgresBroadcast
from tests.e2e.pooled import pooler
from tests.operators_settings import CHANGED, change

# Those that some of our connections have otherwise than others.
OWN = {"application_name", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"}


async def shown(connection: Any) -> dict[str, str]:
    return {name: await connection.fetchval("select current_setting($1)", name) for name in session.SETTINGS}


async def test_every_setting_that_we_need_is_changed_by_the_tests() -> None:
    assert CHANGED.keys() >= session.SETTINGS.keys() - {"application_name"}


@pooler.unpooled
async def test_no_session_of_ours_has_the_operators_settings(empty_database: str) -> None:
    await change(empty_database)
    operators = await asyncpg.connect(empty_database)
    for name in session.SETTINGS.keys() - {"application_name"}:
        assert await operators.fetchval("select current_setting($1)", name) != session.SETTINGS[name]
    operators.terminate()

    found = {}
    database = await Database.connect(empty_database, size=1)
    async with database.connection() as connection:
        found["pool"] = await shown(connection)
        assert await connection.fetchval("show synchronous_commit") == "on"
        if connection.get_server_version() >= (17,):
            assert await connection.fetchval("show transaction_timeout") == "0"
    await database.close()
    async with exclusive_connection(empty_database) as connection:
        found["commands"] = await shown(connection)
    broadcast = PostgresBroadcast(empty_database)
    await broadcast.publish("anything", "")
    found["broadcast"] = await shown(broadcast._publisher)  # noqa: SLF001  # there is no other way to it
    await broadcast.disconnect()

    for settings in found.values():
        assert {name: value for name, value in settings.items() if name not in OWN} == {
            name: value for name, value in session.SETTINGS.items() if name not in OWN
        }
    times = [[found[of][name] for name in sorted(OWN - {"application_name"})] for of in ("pool", "commands")]
    assert times == [["30s", "10s", "30s"], ["0", "0", "0"]]


async def test_what_we_replace_can_be_seen(empty_database: str) -> None:
    assert await session.changed_by_operator(empty_database) == {}

    connection = await asyncpg.connect(empty_database)
    name = await connection.fetchval("select current_database()")
    await connection.execute(f"alter database {name} set timezone = 'Asia/Kathmandu'")
    await connection.close()

    assert await session.changed_by_operator(empty_database) == {"TimeZone": "Asia/Kathmandu"}


@pytest.mark.parametrize("setting", ["statement_timeout", "default_transaction_isolation"])
async def test_a_role_s_settings_count_no_more_than_the_database_s(empty_database: str, setting: str) -> None:
    connection = await asyncpg.connect(empty_database)
    name = await connection.fetchval("select current_database()")
    await connection.execute(f"alter role current_user in database {name} set {setting} = {CHANGED[setting]}")
    await connection.close()

    async with exclusive_connection(empty_database) as ours:
        assert await ours.fetchval("select current_setting($1)", setting) == session.SETTINGS[setting]
