"""The GraphQL API as a tool asks it, in the name of whoever called."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

Response = Mapping[str, Any]


class Api(Protocol):
    """Runs documents of the public schema with the caller's context, limits and rights."""

    @property
    def is_observer(self) -> bool:
        """Whether the caller's token only reads."""
        ...

    @property
    def cancelled(self) -> asyncio.Event:
        """Set once nobody waits for the answer any more."""
        ...

    def masked(self, error: Exception) -> Mapping[str, Any]:
        """The error of a response that stands for a fault of ours, which is logged."""
        ...

    async def run(self, document: str, variables: Mapping[str, Any] | None = None) -> Response:
        """The response: `data` and `errors`."""
        ...


class Refusal(Exception):  # noqa: N818  # a refusal is an answer, not an error in the program
    """Why a call is refused: by the API, or because its arguments can't be taken."""

    def __init__(self, code: str, message: str, hint: str = "", facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.facts = code, message, hint, dict(facts or {})
        # Lines that say what the same call had done before.
        self.done: list[str] = []
        # Whether the words are the API's, which speaks of GraphQL.
        self.is_of_api = False

    @classmethod
    def of(cls, error: Mapping[str, Any]) -> "Refusal":
        """From one of a response's errors."""
        facts = dict(error.get("extensions") or {})
        refusal = cls(str(facts.pop("code", "INTERNAL")), error["message"], str(facts.pop("hint", "")), facts)
        refusal.is_of_api = True
        return refusal


class Failed(Exception):  # noqa: N818  # as above
    """An answer with errors that is told as it is, and the code that it counts as."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.text, self.code = text, code


def bad_argument(name: str, message: str, hint: str = "") -> Refusal:
    """BAD_INPUT: the argument, what is wrong with it, and what would be right."""
    return Refusal(
        "BAD_INPUT", message, hint or f"Correct `{name}` and call again; nothing was changed", {"field": name}
    )


async def ask(api: Api, document: str, **variables: Any) -> dict[str, Any]:
    """The data; a Refusal where anything in it was refused."""
    response = await api.run(document, variables)
    for error in response.get("errors") or ():
        raise Refusal.of(error)
    data: dict[str, Any] = response["data"]
    return data


def given(**values: Any) -> dict[str, Any]:
    """Those that are there: what an input leaves out stays as it is, where null would clear it."""
    return {name: value for name, value in values.items() if value is not None}
