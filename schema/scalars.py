"""How values that GraphQL has no word for are written: instants, and any JSON."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from db.core import validation
from db.core.errors import BadInput

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")
_SHOWN = 40


def _write(instant: datetime) -> str:
    """In UTC with six decimals, so that texts sort as the instants do."""
    if instant.tzinfo is UTC:
        return instant.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _read(sent: object) -> datetime:
    """One without a zone is UTC."""
    wrong = GraphQLError(f"DateTime must be ISO 8601, like 2026-01-31T12:00:00Z, not {repr(sent)[:_SHOWN]}.")
    if not isinstance(sent, str) or _ISO.fullmatch(sent) is None:
        raise wrong
    try:
        return validation.time("DateTime", datetime.fromisoformat(sent))
    except ValueError:
        raise wrong from None
    except BadInput as refused:
        raise GraphQLError(str(refused)) from None


DATE_TIME: ScalarDefinition = strawberry.scalar(
    name="DateTime",
    description="An instant, ISO 8601 in UTC, with milliseconds or finer.",
    serialize=_write,
    parse_value=_read,
)

ANY_JSON: ScalarDefinition = strawberry.scalar(
    name="JSON", description="Any JSON value.", serialize=lambda value: value, parse_value=lambda value: value
)

SCALARS: Mapping[object, ScalarDefinition] = {datetime: DATE_TIME, JSON: ANY_JSON}
