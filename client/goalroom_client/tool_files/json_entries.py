"""Entries in a file of JSON."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from goalroom_client.failures import bad_usage

_OURS = "gr hook "


class JsonEntries(NamedTuple):
    """`values` under their keys; `hooks` by their event, among those of others."""

    path: Path
    values: Mapping[tuple[str, ...], Any]
    hooks: Mapping[str, Mapping[str, Any]] = {}

    def added(self, text: str) -> str:
        """The file with our entries in it."""
        found = self._read(text)
        for keys, value in self.values.items():
            inner = found
            for key in keys[:-1]:
                inner = self._inner(inner, key, {})
            inner[keys[-1]] = value
        for event, entry in self.hooks.items():
            entries = self._inner(self._inner(found, "hooks", {}), event, [])
            others = [one for one in entries if not _is_ours(one)]
            if [one for one in entries if _is_ours(one)] != [entry]:
                entries[:] = [*others, entry]
        return text if text and found == self._read(text) else _written(found, text)

    def removed(self, text: str) -> str:
        """The file without them; empty where nothing else is in it."""
        found = self._read(text)
        for keys in self.values:
            _drop(found, keys)
        for event in self.hooks:
            if isinstance(entries := _at(found, ("hooks", event)), list):
                entries[:] = [one for one in entries if not _is_ours(one)]
        _prune(found, [keys[:-1] for keys in self.values] + [("hooks", event) for event in self.hooks])
        if not found:
            return ""
        return text if found == self._read(text) else _written(found, text)

    def holds(self, text: str) -> bool:
        """Whether something of ours is in it."""
        found = self._read(text)
        hooks = found.get("hooks")
        entries = [one for event in self.hooks for one in (hooks.get(event) or () if isinstance(hooks, dict) else ())]
        return any(_at(found, keys) is not None for keys in self.values) or any(map(_is_ours, entries))

    def same(self, one: str, other: str) -> bool:
        """Whether both say the same."""
        return bool(self._read(one) == self._read(other))

    def _read(self, text: str) -> dict[str, Any]:
        if not text.strip():
            return {}
        try:
            found = json.loads(text)
        except ValueError as error:
            raise bad_usage(
                f"{self.path} is no JSON: {error}. It was left as it is.",
                "Correct it, or add by hand what --print shows: JSON has no comments and no comma at the end.",
            ) from None
        if not isinstance(found, dict):
            raise bad_usage(f"{self.path} is no object of JSON. It was left as it is.", "Correct it.")
        return found

    def _inner(self, found: Any, key: str, empty: Any) -> Any:
        inner = found.setdefault(key, empty)
        if not isinstance(inner, type(empty)):
            raise bad_usage(
                f"{self.path}: {key} is no {'object' if empty == {} else 'list'}. It was left as it is.", "Correct it."
            )
        return inner


def _is_ours(entry: Any) -> bool:
    inner = entry.get("hooks", ()) if isinstance(entry, dict) else ()
    return any(isinstance(one, dict) and str(one.get("command", "")).startswith(_OURS) for one in inner)


def _at(found: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _drop(found: dict[str, Any], keys: tuple[str, ...]) -> None:
    for key in keys[:-1]:
        inner = found.get(key)
        if not isinstance(inner, dict):
            return
        found = inner
    found.pop(keys[-1], None)


def _prune(found: dict[str, Any], paths: list[tuple[str, ...]]) -> None:
    """Drop what is empty by now, from the inside out."""
    for path in paths:
        for end in range(len(path), 0, -1):
            if _at(found, path[:end]) in ({}, []):
                _drop(found, path[:end])


def _written(found: dict[str, Any], before: str) -> str:
    """With the indentation that was there."""
    indent = re.search(r"^([ \t]+)\S", before, re.MULTILINE)
    return json.dumps(found, indent=indent[1] if indent else 2, ensure_ascii=False) + "\n"
