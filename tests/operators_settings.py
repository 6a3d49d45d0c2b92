"""A database whose operator has changed whatever a session can have."""

from urllib.parse import urlsplit

import asyncpg

# As they stand behind the equals sign of `alter database ... set`.
CHANGED = {
    "search_path": "nowhere",
    "TimeZone": "'Asia/Kathmandu'",
    "DateStyle": "'German, DMY'",
    "IntervalStyle": "sql_standard",
    "bytea_output": "escape",
    "extra_float_digits": "-5",
    "standard_conforming_strings": "off",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "row_security": "off",
    "gin_fuzzy_search_limit": "1",
    "exit_on_error": "on",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "statement_timeout": "'200ms'",
    "lock_timeout": "'1ms'",
    "idle_in_transaction_session_timeout": "'1ms'",
    "idle_session_timeout": "'200ms'",
    "jit": "on",
    "synchronous_commit": "off",
}
_NEWER = {"transaction_timeout": "'200ms'"}


async def change(url: str) -> None:
    """Change them for every session that begins afterwards."""
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    server = await asyncpg.connect(parts._replace(path="/postgres").geturl())
    newer = _NEWER if server.get_server_version() >= (17,) else {}
    for setting, value in (CHANGED | newer).items():
        await server.execute(f"alter database {name} set {setting} = {value}")
    await server.close()
