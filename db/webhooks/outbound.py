"""What a process offers that sends requests to addresses outside, and how such a request went."""

from dataclasses import dataclass
from typing import Protocol

from db.core.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one request went. `status` is None where no answer came, `error` empty where it was taken.

    `retry_after`: the seconds after which the receiver wants to be asked again, where it says so.
    """

    status: int | None
    error: str
    milliseconds: int
    retry_after: float | None = None

    @property
    def was_taken(self) -> bool:
        return not self.error


class Outbound(Protocol):
    """Sends signed requests, to addresses that are allowed and to no others."""

    async def why_out_of_bounds(self, url: str) -> str | None:
        """Why nothing would be sent there, as a sentence; None where it would, or where its name doesn't resolve."""

    async def post(self, url: str, identifier: str, body: str, secret: str) -> Attempt:
        """Send it once, under this id; it never raises for what the receiver or the network does."""


class NoOutbound:
    """Of a process that sends nothing."""

    async def why_out_of_bounds(self, url: str) -> str | None:
        raise Unavailable(why=f"This process sends no requests, such as one to {url}.")

    async def post(self, url: str, identifier: str, body: str, secret: str) -> Attempt:  # noqa: ARG002  # as of Outbound
        raise Unavailable(why=f"This process sends no requests, such as one to {url}.")
