"""What docs/agents.md shows: requests with answers, and whether a real answer has that form."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GUIDE = Path(__file__).parents[1] / "docs" / "agents.md"

_EXAMPLE = re.compile(r"```graphql\n(.*?)```\n```json\n(.*?)```", re.DOTALL)
_ID = re.compile(r"\b[A-Z][0-9]+\b")
_CURSOR = re.compile(r"R[0-9]+\.[0-9]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
ANYTHING = "..."


@dataclass(frozen=True)
class Example:
    request: str
    answer: Any


def examples() -> list[Example]:
    """All of them, in their order."""
    return [Example(request, json.loads(answer)) for request, answer in _EXAMPLE.findall(GUIDE.read_text("utf-8"))]


def example_of(call: str) -> Example:
    """The first that makes this call."""
    return next(one for one in examples() if re.search(rf"\b{call}\b", one.request))


@dataclass
class Ids:
    """Which real id stands for which of the guide: each is learnt when it is first seen in an answer."""

    real: dict[str, str] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        """The text of the guide, with the ids that are known."""
        return _ID.sub(lambda match: self.real.get(match[0], match[0]), text)

    def check(self, shown: Any, got: Any) -> None:
        """The real answer has the form of the one that is shown; what it calls differently is learnt."""
        if isinstance(shown, dict):
            assert isinstance(got, dict)
            assert list(shown) == list(got)
            for name, part in shown.items():
                self.check(part, got[name])
        elif isinstance(shown, list):
            assert isinstance(got, list)
            assert len(shown) == len(got), (shown, got)
            for part, real in zip(shown, got, strict=True):
                self.check(part, real)
        elif isinstance(shown, str):
            self._check_text(shown, got)
        else:
            assert shown == got

    def _check_text(self, shown: str, got: Any) -> None:
        assert isinstance(got, str)
        if shown == ANYTHING:
            assert got
        elif _CURSOR.fullmatch(shown) or _TIME.fullmatch(shown):
            assert (_CURSOR if _CURSOR.fullmatch(shown) else _TIME).fullmatch(got)
        elif _ID.fullmatch(shown):
            assert got[0] == shown[0]
            assert self.real.setdefault(shown, got) == got
        else:
            assert got == self.fill(shown)
