"""Services that every transport (HTTP, SSE, WebSocket) needs."""

from dataclasses import dataclass, field
from functools import partial

from starlette.datastructures import Headers

from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import Forbidden, Unauthenticated
from db.events.feed import Feed
from db.webhooks.outbound import Outbound
from goalroom.execution import errors
from goalroom.execution.engine import Engine, Operation, Request
from goalroom.execution.rate_limits import RateLimiter
from goalroom.limits import Limits
from goalroom.observability.metrics import Metrics
from goalroom.transport.authentication import Credential, TokenAuthenticator, bearer
from goalroom.transport.connections import Connections
from goalroom.transport.session_cookie import SessionCookie
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
    session_cookie: SessionCookie = field(default_factory=SessionCookie)

    async def authenticate(self, credential: Credential) -> Caller:
        """Who it speaks for; that it speaks is a sign of life."""
        try:
            return await self.authenticator.caller(_plausible(credential))
        except Exception as error:
            self.metrics.refused(errors.code(error))
            raise

    async def authenticate_request(self, method: str, headers: Headers) -> tuple[Caller, Credential]:
        """Who a request speaks for, by its token or else by its cookie, and which of them that was."""
        authorization = headers.get("authorization")
        credential = self._session(method, headers) if authorization is None else bearer(authorization)
        return await self.authenticate(credential), credential

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

    def _session(self, method: str, headers: Headers) -> Credential:
        try:
            return self.session_cookie.of_request(method, headers)
        except Forbidden as refused:
            self.metrics.refused(refused.code)
            raise


def _plausible(credential: Credential) -> Credential:
    if not 0 < len(credential.text) <= _LONGEST_TOKEN:
        raise Unauthenticated
    return credential
