"""A section between two marks in a text that people write."""

import re
from pathlib import Path
from typing import NamedTuple

from goalroom_client.failures import bad_usage

_BEGIN, _END = "<!-- goalroom: begin -->", "<!-- goalroom: end -->"
_SECTION = re.compile(rf"\n*{re.escape(_BEGIN)}.*?{re.escape(_END)}\n?", re.DOTALL)


class MarkedSection(NamedTuple):
    """The section, without its marks."""

    path: Path
    section: str

    def added(self, text: str) -> str:
        """The text with the section at its end, or where it stood."""
        marked = f"{_BEGIN}\n{self.section.strip()}\n{_END}\n"
        self._check(text)
        if found := _SECTION.search(text):
            inset = "\n\n" if text[: found.start()].strip() else ""
            return text[: found.start()] + inset + marked + text[found.end() :]
        return (f"{text.rstrip()}\n\n" if text.strip() else "") + marked

    def removed(self, text: str) -> str:
        """The text without it."""
        self._check(text)
        if not (found := _SECTION.search(text)):
            return text
        before, after = text[: found.start()], text[found.end() :]
        return f"{before}\n{after}" if before.strip() else after

    def holds(self, text: str) -> bool:
        """Whether our section is in it."""
        return _SECTION.search(text) is not None

    def same(self, one: str, other: str) -> bool:
        """Whether both say the same."""
        return one.strip() == other.strip()

    def _check(self, text: str) -> None:
        counts = text.count(_BEGIN), text.count(_END)
        if counts not in {(0, 0), (1, 1)} or text.find(_BEGIN) > text.find(_END):
            raise bad_usage(
                f"{self.path}: the marks of our section don't match. It was left as it is.",
                f"Take out what is left of it, {_BEGIN} and {_END} included.",
            )
