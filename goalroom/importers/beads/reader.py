"""Where the issues stand in a file and in those beside it, and whether the file is of beads at all."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from goalroom.command_error import CommandError
from goalroom.importers.issues import Complaints, File
from goalroom.importers.names import issue_id
from goalroom.importers.parser import Beside, Complain, NumberedLine, clean, parse

ISSUES = "issues.jsonl"

# A backup of beads has these beside the issues: the field of the issue that each line adds to, by the file's name.
_BESIDE = {"dependencies.jsonl": "dependencies", "comments.jsonl": "comments", "labels.jsonl": "labels"}
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


def read_file(path: Path) -> File:
    """What the file holds; a CommandError that says what was found where it holds no issue."""
    if path.is_dir():
        path = path / ISSUES
    try:
        data = path.read_bytes()
        complaints = Complaints()
        beside = _beside(path, complaints)
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from error
    try:
        file = parse(_numbered(_utf_8(data)), beside, complaints)
    except _NotBeads as what:
        raise CommandError(f"{path} is not an issue file of beads: {what}.") from None
    known = file.issues.keys() | file.tombstones.keys() | file.no_work.keys()
    if not known:
        first = next(complaints.lines(), "it holds no issue.")
        raise CommandError(f"{path} is not an issue file of beads: {first}")
    for key in beside.keys() - known:
        for name, field in _BESIDE.items():
            count = len(beside[key].get(field, ()))
            if count:
                complaints.add_beside(name, f"{count} of its lines are of {key}, which is not in the file.")
    return file


class _NotBeads(Exception):  # noqa: N818  # it becomes a CommandError once the path is known
    """What the file is instead."""


def _utf_8(data: bytes) -> bytes:
    for start, name in _COMPRESSED.items():
        if data.startswith(start):
            raise _NotBeads(f"it is compressed ({name}), and is read when it is unpacked")
    if data.startswith(b"SQLite format 3\0"):
        raise _NotBeads("it is an SQLite database, whose issues `bd export` writes")
    encoding = json.detect_encoding(data)
    if not encoding.startswith("utf-8"):
        try:
            data = data.decode(encoding).encode()
        except UnicodeError:
            raise _NotBeads(f"it looks like {encoding.upper()}, but is not valid") from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise _NotBeads("it is empty")
    if data.lstrip().startswith(b"<"):
        raise _NotBeads("it is HTML or XML")
    return data


def _numbered(data: bytes) -> Iterator[NumberedLine]:
    """Each line; or of one JSON value for the whole file, each issue in it with the line that it begins on."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        whole = None
    issues = whole.get("issues") if isinstance(whole, dict) else whole
    lines = enumerate(data.split(b"\n"), start=1)
    found = _first(data) if whole is None else issues[0] if isinstance(issues, list) and issues else whole
    program = _program(found)
    if program is not None:
        raise _NotBeads(f"it is of {program}")
    if whole is None:
        return lines
    if isinstance(whole, dict) and "id" in whole:
        return iter([(1, data)])
    if not isinstance(issues, list):
        raise _NotBeads("it is JSON, but neither issues nor a list of them")
    return _items(data.decode(), r'"issues"\s*:\s*\[' if isinstance(whole, dict) else r"\[", len(issues))


def _items(text: str, before: str, count: int) -> Iterator[NumberedLine]:
    decoder, between = json.JSONDecoder(), re.compile(r"[\s,]*")
    at, line, counted = next(re.finditer(before, text)).end(), 1, 0
    for _ in range(count):
        start = next(between.finditer(text, at)).end()
        _, at = decoder.raw_decode(text, start)
        line, counted = line + text.count("\n", counted, start), start
        yield line, text[start:at].encode()


def _first(data: bytes) -> Any:
    try:
        return json.loads(data.lstrip().partition(b"\n")[0])
    except (ValueError, RecursionError):
        return None


def _program(found: Any) -> str | None:
    """Other programs whose files look like it: those of GitHub and Linear have a `state` where beads has a status."""
    if not isinstance(found, dict):
        return None
    if "title" in found and "status" not in found:
        for program, field in (("GitHub", "number"), ("Linear", "identifier")):
            if field in found:
                return program
    if any(isinstance(tag, dict) and "tasks" in tag for tag in (found, *found.values())):
        return "task-master"
    return None


def _beside(path: Path, complaints: Complaints) -> Beside:
    found: dict[str, dict[str, list[Any]]] = {}
    for name, field in _BESIDE.items():
        other = path.with_name(name)
        if name == path.name or not other.is_file():
            continue
        data = other.read_bytes()
        for number, line in enumerate(data.decode(json.detect_encoding(data), "replace").split("\n"), start=1):
            say = partial(complaints.add_beside, f"{name}, line {number}")
            part = _object(line, say) if line.strip() else None
            key = part.get("issue_id") if part is not None else None
            if part is not None and isinstance(key, str):
                parts = found.setdefault(issue_id(key), {}).setdefault(field, [])
                parts.append(part.get("label") if field == "labels" else part)
            elif line.strip():
                say("it is not a JSON object with an issue_id.")
    return found


def _object(line: str, complain: Complain) -> dict[str, Any] | None:
    try:
        found = json.loads(line, object_pairs_hook=partial(clean, complain))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
