"""Create what every database starts with: the room `main`, and an admin with a token."""

from collections.abc import Callable

from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.queries import q
from db.operations import room_mutations
from db.rooms import agents

ADMIN = "admin"


async def bootstrap(database: Database, *, admin_token: str | None, keep_token: Callable[[], str]) -> None:
    """Create what is missing; `keep_token` stores and returns a token, and is called once in a database's life.

    It is kept first and made good then, so that a kill in between costs nothing: the next start finds it again.
    """
    known = await q.was_ever_let_in(database, name=ADMIN, role=Role.ADMIN)
    if known and admin_token is None:
        return
    admin = await agents.ensure(database, ADMIN, kind=AgentKind.HUMAN)
    if not known:
        main = await room_mutations.ensure_main(database)
        await agents.grant_membership(database, admin, [main.id])
    token = admin_token or keep_token()
    await agents.issue_token(database, admin.id, Role.ADMIN, label="first start", token=token)
