"""Services that every transport (HTTP, SSE, WebSocket) needs."""

from dataclasses import dataclass
from functools import partial

from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import Unauthenticated
from db.events.feed import Feed
from db.webhooks.outbound import Outbound
from goalroom.execution import errors
from goalroom.execution.engine import Engine, Operation, Request
from goalroom.execution.rate_limits import RateLimiter
from goalroom.limits import Limits
from goalroom.observability.metrics import Metrics
from goalroom.transport.authentication import TokenAuthenticator
from goalroom.transport.connections import Connections
from schema.context import Context

_LONGEST_TOKEN = 1_000


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the process that requests need."""

    engine: Engine
    authenticator: TokenAuthenticator
    database: Database
    feed: Feed
    connections: Connections
    metrics: Metrics
    limits: Limits
    rate_limiter: RateLimiter
    outbound: Outbound
    allowed_origins: frozenset[str] = frozenset()

    async def authenticate(self, token: str | None) -> Caller:
        """Who the token speaks for; that it speaks is a sign of life."""
        try:
            return await self.authenticator.caller(_plausible(token))
        except Exception as error:
            self.metrics.refused(errors.code(error))
            raise

    def context(self, caller: Caller) -> Context:
        """What one operation of the caller runs on."""
        return Context(self.database, self.feed, caller, outbound=self.outbound)

    async def prepare(self, request: Request, context: Context) -> Operation:
        """The operation; its agent is charged what it costs: what can be known now, and the rest as it runs."""
        operation = await self.engine.prepare(request, context)
        agent, kind = context.caller.agent_id, operation.counts_as
        self.rate_limiter.charge(agent, kind, operation.price.total)
        operation.on_overrun = partial(self.rate_limiter.charge_cost, agent, kind)
        return operation


def _plausible(token: str | None) -> str:
    if token is None or not 0 < len(token) <= _LONGEST_TOKEN:
        raise Unauthenticated
    return token


def bearer(authorization: object) -> str | None:
    """The token in the value of an Authorization header."""
    if not isinstance(authorization, str):
        return None
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
