"""One call of a tool: whose it is, and what its sign of life answered."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from goalroom.mcp.api import Api, ask

# The processes of an agent that speak MCP are one session: they name none.
SESSION = "mcp"

_BEAT = "mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { lost { id title } stale { id } } }"


@dataclass
class Call:
    """What a tool runs on. `pulse`: what the heartbeat answered; None for a token that only reads."""

    api: Api
    pulse: Mapping[str, Any] | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self.api.cancelled.is_set()

    def now(self) -> float:
        """The loop's clock."""
        return asyncio.get_running_loop().time()

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until nobody waits for the answer any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.api.cancelled.wait()

    async def beat(self, quiet_minutes: int | None = None) -> None:
        """Renew the caller's leases: whatever it calls is a sign of life."""
        if not self.api.is_observer:
            quiet = {} if quiet_minutes is None else {"quietSeconds": 60 * quiet_minutes}
            self.pulse = (await ask(self.api, _BEAT, input={"session": SESSION, **quiet}))["heartbeat"]
