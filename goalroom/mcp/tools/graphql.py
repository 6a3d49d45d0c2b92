"""goalroom_graphql: any query or mutation of the public schema."""

from collections.abc import Mapping
from typing import Any

from goalroom.mcp.api import Failed, Refusal
from goalroom.mcp.call import Call
from goalroom.mcp.text import compact

# What is longer than clients take would be refused by them whole.
_LONGEST = 90_000


async def run(call: Call, arguments: Mapping[str, Any]) -> str:
    """`data` and `errors` as JSON; it failed where there are errors and no data."""
    response = await call.api.run(arguments["query"], arguments.get("variables"))
    said = compact(response)
    if len(said) > _LONGEST:
        hint = "ask for fewer fields, or page with `first` and `after`; a mutation was carried out"
        raise Refusal("TOO_COMPLEX", f"The answer has {len(said)} characters, and {_LONGEST} at most are shown.", hint)
    data, errors = response.get("data"), response.get("errors")
    if errors and (data is None or all(value is None for value in data.values())):
        raise Failed(said, errors[0]["extensions"]["code"])
    return said
