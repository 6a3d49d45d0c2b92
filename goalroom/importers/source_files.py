"""The files of sources: whatever they are encoded in, and what they are where they are of something else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
# What JSON takes for white space; Python takes more.
_BLANK = re.compile(r"[ \t\n\r]*")
_BETWEEN = re.compile(r"[ \t\n\r,]*")
_COLON = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")
_DECODER = json.JSONDecoder()

# Of an item of their files: what is there and what is not, and the command that reads them.
_OTHERS = (
    ("GitHub", "github", ("title", "number"), ("status",)),
    ("Linear", "linear", ("title", "identifier"), ("status",)),
    ("beads", "beads", ("title", "status", "issue_type"), ("number", "identifier")),
)
_LINEAR_COLUMNS = re.compile(r'"?ID"?,"?Team"?,"?Title"?,')


class NotIssues(Exception):  # noqa: N818  # it becomes a CommandError once the path is known
    """What the file is instead."""


def utf_8(data: bytes) -> bytes:
    """The file's text; NotIssues where it has none."""
    for start, name in _COMPRESSED.items():
        if data.startswith(start):
            raise NotIssues(f"it is compressed ({name}), and is read when it is unpacked")
    if data.startswith(b"SQLite format 3\0"):
        raise NotIssues("it is an SQLite database, whose issues `bd export` writes")
    encoding = json.detect_encoding(data)
    if not encoding.startswith("utf-8"):
        try:
            data = data.decode(encoding).encode()
        except UnicodeError:
            raise NotIssues(f"it looks like {encoding.upper()}, but is not valid") from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise NotIssues("it is empty")
    if data.lstrip().startswith(b"<"):
        raise NotIssues("it is HTML or XML")
    return data


def text_of(path: Path) -> str:
    """As `utf_8`, of a whole file that must be text."""
    try:
        return utf_8(path.read_bytes()).decode()
    except UnicodeDecodeError as error:
        raise NotIssues(f"it is not UTF-8: byte {error.start + 1}") from None


def program(found: Any, own: str) -> str | None:
    """Whose item this is, if not our own, with what to do about it."""
    if isinstance(found, list):
        found = next(iter(found), None)
    if not isinstance(found, dict):
        return None
    for title, name, there, missing in _OTHERS:
        if name != own and all(key in found for key in there) and not any(key in found for key in missing):
            return _advice(title, name)
    if own != "taskmaster" and any(isinstance(tag, dict) and "tasks" in tag for tag in (found, *found.values())):
        return _advice("task-master", "taskmaster")
    return None


def program_of_text(text: str, own: str) -> str | None:
    """As `program`, of text that is no JSON value: a line of JSON, a table, front matter."""
    start = text.lstrip()
    if own != "linear" and _LINEAR_COLUMNS.match(start):
        return _advice("Linear", "linear")
    if start.startswith("---\n") and own != "backlog":
        return _advice("Backlog.md, which is read as a folder", "backlog")
    try:
        return program(json.loads(start.partition("\n")[0]), own)
    except (ValueError, RecursionError):
        return None


def _advice(title: str, name: str) -> str:
    return f"it is of {title}: `goalroom import {name}` reads it"


class Member(NamedTuple):
    """Of a JSON array or object: its name or place in it, its value, and where that begins and ends."""

    name: str | int
    value: Any
    begin: int
    end: int


def members(text: str, start: int) -> Iterator[Member]:
    """Each member of the array or object that begins there, in text that is known to be JSON."""
    at, count, is_object = next(_BLANK.finditer(text, start + 1)).end(), 0, text[start] == "{"
    while text[at] not in "]}":
        name: str | int = count
        if is_object:
            name, at = _DECODER.raw_decode(text, at)
            at = next(_COLON.finditer(text, at)).end()
        value, end = _DECODER.raw_decode(text, at)
        yield Member(name, value, at, end)
        at, count = next(_BETWEEN.finditer(text, end)).end(), count + 1


def values(text: str) -> Iterator[Member]:
    """Each JSON value of a text that has one or several, one after the other; NotIssues where it breaks off."""
    at = next(_BLANK.finditer(text)).end()
    while at < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except RecursionError:
            raise NotIssues("it is nested too deeply") from None
        except ValueError as error:
            raise NotIssues(f"it is not JSON: {error}") from None
        yield Member(0, value, at, end)
        at = next(_BETWEEN.finditer(text, end)).end()


class Lines:
    """The number of the line at a position; positions come in their order."""

    def __init__(self, text: str) -> None:
        self._text, self._line, self._counted = text, 1, 0

    def at(self, position: int) -> int:
        """It, counted from 1."""
        self._line += self._text.count("\n", self._counted, position)
        self._counted = position
        return self._line
