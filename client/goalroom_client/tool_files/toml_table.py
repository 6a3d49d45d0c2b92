"""A table in a file of TOML, whose comments stay."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from goalroom_client.failures import bad_usage


class TomlTable(NamedTuple):
    """One table of texts, under these keys."""

    path: Path
    keys: tuple[str, ...]
    values: Mapping[str, str]

    def added(self, text: str) -> str:
        """The file with our table at its end, or where it stood."""
        if self._ours(self._read(text)) == self.values:
            return text
        rest = self.removed(text)
        lines = [f"[{'.'.join(self.keys)}]", *(f"{key} = {json.dumps(value)}" for key, value in self.values.items())]
        return (f"{rest.rstrip()}\n\n" if rest.strip() else "") + "\n".join(lines) + "\n"

    def removed(self, text: str) -> str:
        """The file without it."""
        if self._ours(self._read(text)) is None:
            return text
        lines = text.splitlines(keepends=True)
        header = f"[{'.'.join(self.keys)}]"
        begin = next((at for at, line in enumerate(lines) if line.strip() == header), None)
        if begin is None:
            raise bad_usage(
                f"{self.path} has {'.'.join(self.keys)} in a form that is not ours. It was left as it is.",
                "Take it out by hand, or keep it.",
            )
        end = next((at for at in range(begin + 1, len(lines)) if lines[at].lstrip().startswith("[")), len(lines))
        before, after = "".join(lines[:begin]).rstrip(), "".join(lines[end:])
        rest = (f"{before}\n" if before else "") + (f"\n{after}" if before and after else after)
        if self._ours(self._read(rest)) is not None:
            raise bad_usage(f"{self.path} has more below {header}. It was left as it is.", "Take it out by hand.")
        return rest

    def holds(self, text: str) -> bool:
        """Whether our table is in it."""
        return self._ours(self._read(text)) is not None

    def same(self, one: str, other: str) -> bool:
        """Whether both say the same."""
        return self._read(one) == self._read(other)

    def _read(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except ValueError as error:
            raise bad_usage(
                f"{self.path} is no TOML: {error}. It was left as it is.",
                "Correct it, or add by hand what --print shows.",
            ) from None

    def _ours(self, found: Any) -> Any:
        for key in self.keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found
