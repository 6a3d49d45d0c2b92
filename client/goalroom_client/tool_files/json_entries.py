"""Entries in a file of JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from goalroom_client.failures import bad_usage
from goalroom_client.tool_files import json_text
from goalroom_client.tool_files.json_text import Value

_OURS = "gr hook "


class JsonEntries(NamedTuple):
    """`values` under their keys, `hooks` by their event among those of others; `comments` where its tool takes them."""

    path: Path
    values: Mapping[tuple[str, ...], Any]
    hooks: Mapping[str, Mapping[str, Any]] = {}
    comments: bool = False

    def added(self, text: str) -> str:
        """The file with our entries in it."""
        if not self._has_value(text):
            text = f"{text.rstrip()}\n{{}}\n".lstrip()
        for keys, value in self.values.items():
            found = self._read(text)
            self._check(found, keys[:-1], dict)
            if _data(found, keys) != value:
                text = json_text.with_value(text, found, keys, value)
        for event, entry in self.hooks.items():
            found = self._read(text)
            self._check(found, ("hooks",), dict)
            self._check(found, ("hooks", event), list)
            if [one for one in _data(found, ("hooks", event)) or () if _is_ours(one)] != [entry]:
                text = self._without_ours(text, event)
                text = self._with_entry(text, event, entry)
        return text

    def removed(self, text: str) -> str:
        """The file without them; empty where nothing else is in it."""
        if not self._has_value(text):
            return text
        for keys in self.values:
            text = json_text.without(text, self._read(text), keys)
        for event in self.hooks:
            text = self._without_ours(text, event)
        for path in [keys[:-1] for keys in self.values] + [("hooks", event) for event in self.hooks]:
            text = self._pruned(text, path)
        return "" if text.strip() == "{}" else text

    def holds(self, text: str) -> bool:
        """Whether something of ours is in it."""
        found = self._read(text) if self._has_value(text) else None
        if found is None:
            return False
        entries = [one for event in self.hooks for one in _elements(_data(found, ("hooks", event)))]
        return any(found.at(keys) for keys in self.values) or any(map(_is_ours, entries))

    def same(self, one: str, other: str) -> bool:
        """Whether both say the same."""
        first, second = (self._read(text).data if self._has_value(text) else {} for text in (one, other))
        return bool(first == second)

    def _with_entry(self, text: str, event: str, entry: Mapping[str, Any]) -> str:
        found = self._read(text)
        entries = found.at(("hooks", event))
        if entries is None:
            return json_text.with_value(text, found, ("hooks", event), [entry])
        return json_text.with_element(text, entries, entry)

    def _without_ours(self, text: str, event: str) -> str:
        entries = _elements(_data(self._read(text), ("hooks", event)))
        for number in reversed([at for at, one in enumerate(entries) if _is_ours(one)]):
            text = json_text.without(text, self._read(text), ("hooks", event), number)
        return text

    def _pruned(self, text: str, path: tuple[str, ...]) -> str:
        """Without what is empty by now on the way there, from the inside out."""
        for end in range(len(path), 0, -1):
            found = self._read(text)
            inner = found.at(path[:end])
            # What has a comment in it isn't empty.
            if inner is not None and text[inner.start : inner.end] in {"{}", "[]"}:
                text = json_text.without(text, found, path[:end])
        return text

    def _has_value(self, text: str) -> bool:
        """Whether there is more than white space and, where they may be, comments."""
        return json_text.begins(text, comments=self.comments)

    def _read(self, text: str) -> Value:
        try:
            found = json_text.read(text, comments=self.comments)
        except ValueError as error:
            why = "" if self.comments else ": JSON has no comments and no comma at the end"
            raise bad_usage(
                f"{self.path} is no JSON: {error}. It was left as it is.",
                f"Correct it, or add by hand what --print shows{why}.",
            ) from None
        if not isinstance(found.data, dict):
            raise bad_usage(f"{self.path} is no object of JSON. It was left as it is.", "Correct it.")
        return found

    def _check(self, found: Value, keys: tuple[str, ...], kind: type) -> None:
        for end in range(1, len(keys) + 1):
            inner, wanted = found.at(keys[:end]), kind if end == len(keys) else dict
            if inner is not None and not isinstance(inner.data, wanted):
                what = "object" if wanted is dict else "list"
                raise bad_usage(f"{self.path}: {keys[end - 1]} is no {what}. It was left as it is.", "Correct it.")


def _is_ours(entry: Any) -> bool:
    inner = entry.get("hooks", ()) if isinstance(entry, dict) else ()
    return any(isinstance(one, dict) and str(one.get("command", "")).startswith(_OURS) for one in _elements(inner))


def _data(found: Value, keys: tuple[str, ...]) -> Any:
    inner = found.at(keys)
    return None if inner is None else inner.data


def _elements(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
