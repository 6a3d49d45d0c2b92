"""A text of JSON that is changed where it must be, and is otherwise left as somebody wrote it, comments included."""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

_WORDS = json.JSONDecoder()


class _Item(NamedTuple):
    """A member of an object or an element of a list: where it begins, its value, and where its comma is, if any.

    `below_comment`: what stands before it is a comment that ends with its line.
    """

    start: int
    key: str | None
    value: "Value"
    comma: int | None
    below_comment: bool


class Value(NamedTuple):
    """A value in a text: what it is, and where it stands."""

    start: int
    end: int
    data: Any
    items: tuple[_Item, ...] = ()

    def at(self, path: Sequence[str]) -> "Value | None":
        """What is under these keys; None where there is none."""
        found: Value | None = self
        for key in path:
            # Of two members of one name the last one counts, as for whoever reads it.
            members = [item.value for item in (found.items if found else ()) if item.key == key]
            found = members[-1] if members else None
        return found


def read(text: str, *, comments: bool) -> Value:
    """What the text says; ValueError where it is no JSON, or where it has comments that it may not have."""
    reader = _Reader(text, comments=comments)
    try:
        return reader.whole()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def begins(text: str, *, comments: bool) -> bool:
    """Whether there is anything in it but white space and comments."""
    return _Reader(text, comments=comments).gap(0) < len(text)


def with_value(text: str, root: Value, path: Sequence[str], value: Any) -> str:
    """The text with this value under these keys; what is on the way there is made, or is an object."""
    here = root
    for number, key in enumerate(path):
        inner = here.at([key])
        if inner is None:
            for missing in reversed(path[number + 1 :]):
                value = {missing: value}
            return _inserted(text, here, f"{json.dumps(key)}: ", value)
        here = inner
    return text[: here.start] + _written(text, value, _indentation(text, here.start)) + text[here.end :]


def with_element(text: str, found: Value, value: Any) -> str:
    """The text with this value at the end of this list."""
    return _inserted(text, found, "", value)


def without(text: str, root: Value, path: Sequence[str], number: int | None = None) -> str:
    """The text without what is under these keys, or without the element of this number in the list there."""
    container = root.at(path if number is not None else path[:-1])
    if container is None:
        return text
    if number is None:
        number = max((at for at, item in enumerate(container.items) if item.key == path[-1]), default=None)
        if number is None:
            return text
    item = container.items[number]
    start = len(text[: item.start].rstrip())
    end = item.value.end if item.comma is None else item.comma + 1
    if item.below_comment and not text[end:].lstrip(" \t").startswith("\n"):
        # What follows would be part of the comment.
        start = text.index("\n", start) + 1
    if item.comma is None and number and (before := container.items[number - 1].comma) is not None:
        # The comma before what was last.
        rest = text[:before] + text[before + 1 : start] + text[end:]
    else:
        rest = text[:start] + text[end:]
    if len(container.items) == 1:
        closes = container.end - 1 - (end - start)
        if not rest[container.start + 1 : closes].strip():
            rest = rest[: container.start + 1] + rest[closes:]
    return rest


def _inserted(text: str, into: Value, key: str, value: Any) -> str:
    """With one item more at the end of this object or list, in the way in which it is written."""
    closes = into.end - 1
    last = len(text[:closes].rstrip())
    tail = text[last:closes]
    is_bare = last == into.start + 1
    if "\n" in text[into.start : into.end] or (is_bare and ("\n" in text.strip() or into.start == 0)):
        outer = _indentation(text, into.start)
        inner = _indentation(text, into.items[-1].start) if into.items else outer + _unit(text)
        new = f"\n{inner}{key}{_written(text, value, inner)}"
        if not into.items and "\n" not in tail:
            tail = f"\n{outer}"
    else:
        new = f"{'' if is_bare else ' '}{key}{json.dumps(value, ensure_ascii=False)}"
    if not into.items:
        return text[:last] + new + tail + text[closes:]
    end, comma = into.items[-1].value.end, into.items[-1].comma
    if comma is None:
        return text[:end] + "," + text[end:last] + new + tail + text[closes:]
    return text[:last] + new + "," + tail + text[closes:]


def _written(text: str, value: Any, indentation: str) -> str:
    if "\n" not in text.strip() and len(text.strip()) > len("{}"):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, indent=_unit(text), ensure_ascii=False).replace("\n", f"\n{indentation}")


def _unit(text: str) -> str:
    """What one step of indentation is."""
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return found[1] if found else "  "


def _indentation(text: str, at: int) -> str:
    """Of the line in which this stands."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]


class _Reader:
    def __init__(self, text: str, *, comments: bool) -> None:
        self._text, self._comments = text, comments
        # Whether the last gap ended with a comment that ends with its line.
        self._below_comment = False

    def whole(self) -> Value:
        found = self._value(self.gap(0))
        if (end := self.gap(found.end)) != len(self._text):
            raise self._wrong("Extra data", end)
        return found

    def gap(self, at: int) -> int:
        """Where white space and comments end."""
        self._below_comment = False
        while True:
            while at < len(self._text) and self._text[at] in " \t\r\n":
                at += 1
            begins = self._text[at : at + 2]
            if not self._comments or begins not in {"//", "/*"}:
                return at
            self._below_comment = begins == "//"
            end = self._text.find("\n" if begins == "//" else "*/", at + 2)
            if end < 0 and begins == "/*":
                raise self._wrong("Unterminated comment", at)
            at = len(self._text) if end < 0 else end + (0 if begins == "//" else 2)

    def _value(self, at: int) -> Value:
        match self._text[at : at + 1]:
            case "{":
                return self._container(at, "}", keyed=True)
            case "[":
                return self._container(at, "]", keyed=False)
            case _:
                data, end = _WORDS.raw_decode(self._text, at)
                return Value(at, end, data)

    def _container(self, start: int, closing: str, *, keyed: bool) -> Value:
        items: list[_Item] = []
        at = self.gap(start + 1)
        while self._text[at : at + 1] != closing:
            if items and items[-1].comma is None:
                raise self._wrong("Expecting ',' delimiter", at)
            begin, key, below_comment = at, None, self._below_comment
            if keyed:
                if self._text[at : at + 1] != '"':
                    raise self._wrong("Expecting property name enclosed in double quotes", at)
                key, end = _WORDS.raw_decode(self._text, at)
                at = self.gap(end)
                if self._text[at : at + 1] != ":":
                    raise self._wrong("Expecting ':' delimiter", at)
                at = self.gap(at + 1)
            value = self._value(at)
            at = self.gap(value.end)
            comma = at if self._text[at : at + 1] == "," else None
            items.append(_Item(begin, key, value, comma, below_comment))
            if comma is not None:
                at = self.gap(at + 1)
        if items and items[-1].comma is not None and not self._comments:
            raise self._wrong("Illegal trailing comma", items[-1].comma)
        values = [item.value.data for item in items]
        data = dict(zip((item.key for item in items), values, strict=True)) if keyed else values
        return Value(start, at + 1, data, tuple(items))

    def _wrong(self, why: str, at: int) -> json.JSONDecodeError:
        return json.JSONDecodeError(why, self._text, at)
