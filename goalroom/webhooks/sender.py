"""What the process sends outside, over a client that is made at the first request."""

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from db.webhooks.outbound import Attempt
from goalroom.webhooks.addresses import Addresses, OutOfBounds

if TYPE_CHECKING:
    from goalroom.webhooks.http_client import HTTPClient

# A name server that says nothing for so long won't.
_RESOLVE_SECONDS = 5.0


class Sender:
    """Sends signed requests to addresses that are allowed: an `Outbound`."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._client: asyncio.Future[HTTPClient] | None = None

    async def why_out_of_bounds(self, url: str) -> str | None:
        """Why nothing would be sent there; None where it would, or where its name doesn't resolve."""
        parts = urlsplit(url)
        try:
            async with asyncio.timeout(_RESOLVE_SECONDS):
                await self._addresses.checked(parts.scheme, parts.hostname or "")
        except OutOfBounds as refused:
            return str(refused)
        except (OSError, UnicodeError):
            # Attempts will fail, and say so.
            return None
        return None

    async def post(self, url: str, identifier: str, body: str, secret: str) -> Attempt:
        """Send it once, under this id."""
        if self._client is None:
            # Imports and certificates take a tenth of a second, in which nobody else would be answered.
            self._client = asyncio.ensure_future(asyncio.to_thread(_client, self._addresses))
        client = await asyncio.shield(self._client)
        return await client.post(url, identifier, body, secret)


def _client(addresses: Addresses) -> "HTTPClient":
    from goalroom.webhooks.http_client import HTTPClient  # noqa: PLC0415  # a process that sends nothing is smaller

    return HTTPClient.of(addresses)
