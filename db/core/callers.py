"""Who asks, what it may see, and what it may do."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from db.core import ids
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.errors import BadInput, Forbidden, NotFound, Unauthenticated, room_archived
from db.core.queries import q
from db.core.records import (
    Agent,
    Channel,
    Comment,
    Event,
    InboxItem,
    Insight,
    Message,
    Objective,
    Proposal,
    Reflection,
    Resource,
    Room,
    Schedule,
    Task,
    Token,
    Webhook,
)
from db.core.transaction import Transaction

if TYPE_CHECKING:
    from db.core.statements import CallerByTokenIdRow, CallersByTokensRow


@dataclass(frozen=True, slots=True)
class Caller:
    """The agent of a token. `rooms` are those it belongs to; `unseen`: presence or the token's use is to be written.

    `archived_rooms` are all of the server's, in which nobody changes anything.

    `agent` is its record as it was when the request came, where it was read with it and nothing is to be written. What
    the caller makes ends when `token_expires_at` is over.
    """

    agent_id: int
    name: str
    kind: AgentKind
    role: Role
    capabilities: tuple[str, ...]
    rooms: frozenset[int]
    token_id: int
    unseen: bool = False
    token_expires_at: datetime | None = None
    archived_rooms: frozenset[int] = frozenset()
    agent: Agent | None = field(default=None, compare=False, repr=False)

    @property
    def visible_rooms(self) -> tuple[int, ...] | None:
        """The rooms that the caller sees; None is all."""
        return None if self.role is Role.ADMIN else tuple(sorted(self.rooms))

    def sees(self, room_id: int) -> bool:
        return self.role is Role.ADMIN or room_id in self.rooms

    def sees_record(self, record: object) -> bool:
        """Whether what was loaded is open to the caller: by the room that it is in, and by whom it is for."""
        match record:
            case Room():
                return self.sees(record.id)
            case Message():
                return self.sees(record.room_id) and (not record.is_direct or record.is_open_to(self.agent_id))
            case InboxItem():
                return self.sees(record.room_id) and record.agent_id == self.agent_id
            case (
                Task()
                | Objective()
                | Comment()
                | Channel()
                | Resource()
                | Event()
                | Schedule()
                | Proposal()
                | Reflection()
                | Insight()
            ):
                return self.sees(record.room_id)
            case Token():
                return self.sees_tokens_of(record.agent_id)
        # Webhooks are ADMINs' alone; what is left is shown to whoever reached it.
        return not isinstance(record, Webhook) or self.role is Role.ADMIN

    def is_party_to(self, event: Event) -> bool:
        """Whether the event is open to the caller: of direct messages, those that it sent or got."""
        return not event.is_direct or event.actor_id == self.agent_id or self.name in event.data["to"]

    def shown(self, event: Event) -> Event:
        """The event as the caller may see it."""
        return event if self.is_party_to(event) else event.hidden()

    def sees_tokens_of(self, agent_id: int) -> bool:
        """Tokens are shown to their own agent and to ADMINs."""
        return agent_id == self.agent_id or self.role is Role.ADMIN

    def must_see(self, room_id: int, thing: str) -> None:
        """NOT_FOUND where the room is closed to the caller: `thing` is the id that it asked for."""
        if not self.sees(room_id):
            raise NotFound(thing)

    def must_work(self, room_id: int, thing: str) -> None:
        """NOT_FOUND as `must_see`; FORBIDDEN for an OBSERVER, and for everybody where the room is archived."""
        self.must_see(room_id, thing)
        self.must_not_observe()
        if room_id in self.archived_rooms:
            raise room_archived(ids.of(ids.ROOM, room_id))

    def must_not_observe(self) -> None:
        if self.role is Role.OBSERVER:
            raise Forbidden("An OBSERVER token can only read.", "Ask an admin for a MEMBER token.")

    def must_administrate(self, what: str) -> None:
        """FORBIDDEN for all but an ADMIN."""
        if self.role is not Role.ADMIN:
            raise Forbidden(f"Only an ADMIN can {what}.", "Ask an admin to do it, or for an ADMIN token.")


def token_hash(token: str) -> bytes:
    """What is stored of a token: SHA-256 of its 256 random bits, which needs no salt."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def browser_session_hash(text: str) -> bytes:
    """What is stored of a browser session: never that of a token, so that neither is taken where the other belongs."""
    return hashlib.sha256(b"browser session " + text.encode(errors="replace")).digest()


async def authenticate(database: Database, token: str) -> Caller:
    """Who the token speaks for; UNAUTHENTICATED where it is unknown, expired or revoked."""
    hashed = token_hash(token)
    found = await authenticate_all(database, [hashed])
    if hashed not in found:
        raise Unauthenticated
    return found[hashed]


async def authenticate_all(database: Database, hashes: Sequence[bytes]) -> dict[bytes, Caller]:
    """Who these tokens and browser sessions, by their hashes, speak for; those that have ended are left out."""
    return {row["hash"]: _with_record(row) for row in await q.callers_by_tokens(database, hashes=hashes)}


async def callers_of_connections(database: Database, hashes: Sequence[bytes]) -> dict[bytes, Caller]:
    """As `authenticate_all`, of connections that are open: their tokens are in use."""
    return {row["hash"]: _caller(row) for row in await q.callers_connected(database, hashes=hashes)}


async def refresh_caller(database: Database, caller: Caller) -> Caller:
    """The caller as it is by now; UNAUTHENTICATED where its token was revoked, or ran out, while it waited."""
    row = await q.caller_by_token_id(database, token_id=caller.token_id)
    if row is None:
        raise Unauthenticated
    return _caller(row)


async def caller_of_agent(on: Database | Transaction, agent_id: int) -> Caller | None:
    """The agent as the token of it that may most speaks for it; None where none of its tokens lets it in."""
    row = await q.caller_of_agent(on, agent_id=agent_id)
    return None if row is None else _caller(row)


def _with_record(row: "CallersByTokensRow") -> Caller:
    caller = _caller(row)
    return caller if caller.unseen else replace(caller, agent=Agent.of(row))


def _caller(row: "CallerByTokenIdRow") -> Caller:
    return Caller(
        agent_id=row["id"],
        name=row["name"],
        kind=AgentKind(row["kind"]),
        role=Role(row["role"]),
        capabilities=tuple(row["capabilities"]),
        rooms=frozenset(row["rooms"]),
        token_id=row["token_id"],
        unseen=row["unseen"],
        token_expires_at=row["token_expires_at"],
        archived_rooms=frozenset(row["archived_rooms"]),
    )


def only_room(caller: Caller) -> int:
    """The room meant by a request that names none: the only one of the caller that is not archived, or its only one."""
    rooms = caller.rooms - caller.archived_rooms or caller.rooms
    if len(rooms) != 1:
        raise BadInput(
            "room",
            f"`room` is required, because you belong to {len(rooms)} rooms.",
            "Send one of the names that 'rooms { name }' lists as `room`.",
        )
    return next(iter(rooms))
