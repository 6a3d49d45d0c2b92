"""Login links: an address of the dashboard, with a ticket that signs somebody in once, and soon."""

from datetime import timedelta

from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.operations.bootstrap import ADMIN
from db.rooms import agents, browser_sessions
from goalroom.settings import Settings

LIVES = timedelta(minutes=10)
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104  # where it listens, not what we bind


def address(settings: Settings, port: int) -> str:
    """Where a browser on this machine finds a server with these settings that listens on this port."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'http' if settings.tls_cert is None else 'https'}://{_EVERYWHERE.get(host, host)}:{port}"


async def create(database: Database, agent_id: int, role: Role, at: str, entrance: str = "/") -> str:
    """The login URL, good for whoever opens it first. The ticket is behind `#`, which no browser sends."""
    ticket = await browser_sessions.issue_ticket(database, agent_id, role, LIVES.total_seconds())
    return f"{at}{entrance}#ticket={ticket}"


async def line_for_admin(database_url: str, at: str, entrance: str) -> str:
    """The line for people that `serve` prints after the one for scripts."""
    database = await Database.connect(database_url, size=1)
    try:
        admin = await agents.ensure(database, ADMIN, kind=AgentKind.HUMAN)
        link = await create(database, admin.id, Role.ADMIN, at, entrance)
    finally:
        await database.close()
    return f"Open it, signed in as {ADMIN} (once, within {LIVES.seconds // 60} minutes): {link}"
