"""What carries the messages between processes, and what is asked whether Postgres is there."""

from functools import partial
from urllib.parse import urlsplit

from broadcaster import BroadcastBackend

from db.core import session
from goalroom.broadcast.postgres import PostgresBroadcast
from goalroom.broadcast.watched_connection import CONNECT_SECONDS, WatchedConnection


def backend_of(url: str) -> BroadcastBackend:
    """What sends by way of this server, Postgres or Redis."""
    if urlsplit(url).scheme in {"postgres", "postgresql"}:
        return PostgresBroadcast(url)
    # Nobody else needs its client, which takes a fifth of a second to import.
    from goalroom.broadcast.redis import RedisBroadcast

    return RedisBroadcast(url)


def watch(database_url: str) -> WatchedConnection:
    """What asks this Postgres; a backend on it has such a connection of its own."""
    return WatchedConnection("asking Postgres", partial(session.connect, database_url, seconds=CONNECT_SECONDS))


def watch_pooler(pool_url: str) -> WatchedConnection:
    """What asks Postgres by way of the pooler."""
    return WatchedConnection("asking the pooler", partial(session.connect_pooled, pool_url, seconds=CONNECT_SECONDS))
