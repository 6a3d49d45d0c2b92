"""The limits on requests."""

from dataclasses import dataclass, fields
from typing import Self

_MOST = 2**31
# Names of an earlier version, which are taken until the next.
_OLD_NAMES = {
    "repeats": "merged_fields",
    "head_bytes": "header_bytes",
    "head_seconds": "header_seconds",
    "strangers": "unauthenticated_sockets",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process takes; docs/limits.md says what each means and why it is as it is."""

    # A document. What fragments stand for counts at each place that they stand in.
    bytes: int = 20_000
    tokens: int = 8_000
    operations: int = 20
    fragments: int = 100
    depth: int = 20
    aliases: int = 500
    root_fields: int = 100
    fields: int = 5_000
    # Fields that answer under one name at one place are compared with one another, so of n of them each counts n.
    merged_fields: int = 20_000
    # An operation, with its variables.
    cost: int = 60_000
    introspection: int = 60_000
    run_seconds: int = 30
    # A request.
    header_bytes: int = 32_768
    header_seconds: int = 10
    body_bytes: int = 1_000_000
    body_seconds: int = 30
    # A WebSocket.
    init_seconds: int = 10
    message_bytes: int = 1_000_000
    socket_operations: int = 100
    # At once: of one agent, and of sockets that have not said who they are.
    requests: int = 300
    polls: int = 500
    subscriptions: int = 2_000
    sockets: int = 2_000
    unauthenticated_sockets: int = 1_000

    @classmethod
    def of(cls, text: str) -> Self:
        """Parse limits as an operator writes them: `depth=30 cost=50000`; ValueError for anything else."""
        names = [field.name for field in fields(cls)]
        given = {}
        for part in text.replace(",", " ").split():
            written, _, number = part.partition("=")
            name = _OLD_NAMES.get(written, written)
            if name not in names:
                raise ValueError(f"unknown limit {written!r}; the limits are {', '.join(names)}")
            if not number.isdecimal() or not 0 < int(number) < _MOST:
                raise ValueError(f"{written} must be a whole number, 1 or more")
            given[name] = int(number)
        return cls(**given)


DEFAULTS = Limits()
