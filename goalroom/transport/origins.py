"""Origins: whether a page that a browser shows may speak to this server."""

from starlette.datastructures import Headers


def may_be_from(headers: Headers, allowed_origins: frozenset[str]) -> bool:
    """Whether the Origin may connect: our own, an allowed one, or none, as programs send none."""
    origin = headers.get("origin")
    return origin is None or origin in allowed_origins or origin.partition("://")[2] == headers.get("host")
