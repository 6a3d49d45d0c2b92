"""GraphQL as a caller sends it, without the network in between."""

from dataclasses import dataclass
from typing import Any

from db.core.callers import Caller
from db.core.database import Database
from db.events.feed import Feed
from resolvers.build import schema
from schema.context import Context


@dataclass(frozen=True)
class Answer:
    data: dict[str, Any] | None
    codes: list[str]


async def ask(database: Database, caller: Caller, document: str, **variables: object) -> Answer:
    """What the schema answers, and the codes of what it refused."""
    context = Context(database=database, feed=Feed(database), caller=caller)
    result = await schema.execute(document, variable_values=variables, context_value=context)
    return Answer(result.data, [_code(error) for error in result.errors or ()])


def _code(error: Any) -> str:
    return str((error.extensions or {}).get("code") or getattr(error.original_error, "code", error.message))
