"""Which fields of an input were sent. A field that may be left out has no default: null would say something else."""

from typing import Any, TypeVar

import strawberry

T = TypeVar("T")


def given(sent: object, *names: str) -> dict[str, Any]:
    """Those of the named fields that were not left out: null is a value, and clears."""
    values = {name: getattr(sent, name) for name in names}
    return {name: value for name, value in values.items() if value is not strawberry.UNSET}


def or_none(value: T | None) -> T | None:
    """The value, and None where it was left out: for fields in which null says nothing more."""
    return None if value is strawberry.UNSET else value
