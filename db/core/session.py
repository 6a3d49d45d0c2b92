"""What our sessions need of their settings: set by ourselves, whatever the operator's role and database have."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from db.core.queries import q

# Given at the connection, they outweigh the configuration file, `alter role` and `alter database`. Only such as every
# supported Postgres knows, and as need no right.
SETTINGS: Mapping[str, str] = {
    "application_name": "goalroom",
    # What statements mean, and the form of what they answer.
    "search_path": '"$user", public',
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "array_nulls": "on",
    "transform_null_equals": "off",
    "row_security": "on",
    "gin_fuzzy_search_limit": "0",
    "exit_on_error": "off",
    # What transactions see and may do.
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    # Commands take the time that they take. The pool's connections have limits of their own.
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    # Compiling costs more than any of our statements runs.
    "jit": "off",
}
# No client of the pool holds a lock or a snapshot for long: each statement, each wait for a lock and each pause ends.
POOL_SETTINGS = dict(SETTINGS) | {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}
# What not every Postgres knows, and what only one value of is wrong.
LATER_SETTINGS = {"transaction_timeout": "0", "synchronous_commit": "on"}
# Of these a pooler of transactions keeps the value of each of its clients; all else it refuses at the start.
KEPT_BY_POOLERS = {
    name: SETTINGS[name] for name in ("application_name", "TimeZone", "DateStyle", "standard_conforming_strings")
}
# Of what statements take and answer, by the numbers of all Postgres: bool, bytea, int2, int4, text, int8, float8 and
# timestamptz.
_ARRAYS = (1000, 1001, 1005, 1007, 1009, 1016, 1022, 1185)
# How long a host is waited for before the next one is asked as well.
_NEXT_HOST_SECONDS = 0.3
# Another name of a value of ours, as Debian's configuration has it.
_SAME = {"Etc/UTC": "UTC"}


async def open_connection(url: str, **options: Any) -> Any:
    """As asyncpg does; of several hosts the first that answers and is the primary, or what the URL says instead.

    A host that is gone may never answer, so the next is asked as well before long.
    """
    hosts = urls_of_hosts(url)
    if len(hosts) == 1:
        return await asyncpg.connect(url, **options)
    if "target_session_attrs=" not in url:
        options["target_session_attrs"] = "primary"
    opening: set[asyncio.Task[Any]] = set()
    failed: list[BaseException] = []
    try:
        while hosts or opening:
            if hosts:
                opening.add(asyncio.create_task(asyncpg.connect(hosts.pop(0), **options)))
            done, opening = await asyncio.wait(
                opening, timeout=_NEXT_HOST_SECONDS if hosts else None, return_when=asyncio.FIRST_COMPLETED
            )
            failed += [error for task in done if (error := task.exception())]
            if opened := [task.result() for task in done if not task.exception()]:
                for more in opened[1:]:
                    more.terminate()
                return opened[0]
    finally:
        for task in opening:
            task.cancel()
    # What is said by a server says more than that there is none.
    raise next((error for error in failed if not isinstance(error, OSError | TimeoutError)), failed[0])


def urls_of_hosts(url: str) -> list[str]:
    """A URL for each host that this one names."""
    parts, query = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
    who, at, places = parts.netloc.rpartition("@")
    if places:
        return [_with(parts, netloc=f"{who}{at}{place}", query=parts.query) for place in places.split(",")]
    hosts, ports = query.get("host", "").split(","), query.get("port", "").split(",")
    ports = ports if len(ports) == len(hosts) else ports[:1] * len(hosts)
    if len(hosts) == 1:
        return [url]
    queries = [
        query | {"host": host} | ({"port": port} if port else {}) for host, port in zip(hosts, ports, strict=True)
    ]
    return [_with(parts, netloc=parts.netloc, query=urlencode(one)) for one in queries]


def _with(parts: SplitResult, *, netloc: str, query: str) -> str:
    return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))


async def connect(url: str, *, seconds: float, **settings: str) -> Any:
    """A connection, within so many seconds, with these settings in place of ours."""
    connection = await open_connection(url, timeout=seconds, server_settings=dict(SETTINGS) | settings)
    try:
        await prepare(connection)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def connect_pooled(url: str, *, seconds: float) -> Any:
    """A connection to a pooler of transactions, within so many seconds, with what such a one takes of our settings."""
    return await open_connection(url, timeout=seconds, server_settings=KEPT_BY_POOLERS)


async def prepare(connection: Any) -> None:
    """Set what not every Postgres knows, and what only one value of is wrong."""
    await q.set_the_rest_of_the_session(connection)


class ArrayTypes:
    """Tells connections what arrays are, as asked of the first one: each asks for itself, which takes it 20 ms."""

    def __init__(self) -> None:
        self._types: Any = None

    async def tell(self, connection: Any) -> None:
        if self._types is None:
            self._types, _ = await connection._introspect_types(_ARRAYS, timeout=None)  # noqa: SLF001  # nothing public does
        connection._protocol.get_settings().register_data_types(self._types)  # noqa: SLF001  # as the line above


async def changed_by_operator(url: str) -> dict[str, str]:
    """Which of our settings role, database or configuration file have changed, and to what: we replace them."""
    connection = await open_connection(url, timeout=10, server_settings={"application_name": "goalroom"})
    try:
        ours = {name.lower(): value for name, value in SETTINGS.items()}
        rows = await q.operators_settings(connection, names=list(ours))
        theirs = {row["name"]: row["setting"] for row in rows}
        return {name: value for name, value in theirs.items() if _SAME.get(value, value) != ours[name.lower()]}
    finally:
        connection.terminate()
