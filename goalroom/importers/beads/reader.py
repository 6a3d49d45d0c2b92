"""Where the issues stand in a beads file and in those beside it."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from goalroom.importers.beads.lines import Beside, parse
from goalroom.importers.beads.model import BEADS
from goalroom.importers.complaints import Complaints
from goalroom.importers.issues import File
from goalroom.importers.parser import Complain, Numbered, clean
from goalroom.importers.source_files import Lines, NotIssues, members, program, program_of_text, utf_8

ISSUES = "issues.jsonl"

# A backup of beads has these beside the issues: the field of the issue that each line adds to, by the file's name.
_BESIDE = {"dependencies.jsonl": "dependencies", "comments.jsonl": "comments", "labels.jsonl": "labels"}


def read(path: Path) -> File:
    """What the file holds, or the one in the folder; NotIssues says what it is instead."""
    if path.is_dir():
        path = path / ISSUES
    complaints = Complaints()
    data = path.read_bytes()
    beside = _beside(path, complaints)
    file = parse(_numbered(utf_8(data)), beside, complaints)
    known = set(file.known())
    for key in beside.keys() - known if known else ():
        for name, field in _BESIDE.items():
            count = len(beside[key].get(field, ()))
            if count:
                complaints.add_beside(name, f"{count} of its lines are of {key}, which is not in the file.")
    return file


def _numbered(data: bytes) -> Iterator[Numbered[bytes]]:
    """Each line; or of one JSON value for the whole file, each issue in it with the line that it begins on."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        found = program_of_text(data[:100_000].decode("utf-8", "replace"), BEADS.name)
        if found is not None:
            raise NotIssues(found) from None
        return enumerate(data.split(b"\n"), start=1)
    issues = whole.get("issues") if isinstance(whole, dict) else whole
    found = program(issues if isinstance(issues, list) and issues else whole, BEADS.name)
    if found is not None:
        raise NotIssues(found)
    if isinstance(whole, dict) and "id" in whole:
        return iter([(1, data)])
    if not isinstance(issues, list):
        raise NotIssues("it is JSON, but neither issues nor a list of them")
    text = data.decode()
    start = len(text) - len(text.lstrip())
    if isinstance(whole, dict):
        start = next(member.begin for member in members(text, start) if member.name == "issues")
    lines = Lines(text)
    return ((lines.at(one.begin), text[one.begin : one.end].encode()) for one in members(text, start))


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
                parts = found.setdefault(BEADS.issue_id(key), {}).setdefault(field, [])
                parts.append(part.get("label") if field == "labels" else part)
            elif line.strip():
                say("it is not a JSON object with an issue_id.")
    return found


def _object(line: str, complain: Complain) -> dict[str, Any] | None:
    try:
        found = json.loads(line, object_pairs_hook=lambda pairs: clean(complain, pairs))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
