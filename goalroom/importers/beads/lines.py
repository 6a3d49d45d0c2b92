"""The lines of a beads file: the fields of an issue, under whatever names and in whatever form they stand there."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from goalroom.importers.beads.model import BEADS, BeadsIssue
from goalroom.importers.complaints import Complaints, shown
from goalroom.importers.issues import File
from goalroom.importers.parser import Complain, LeftOut, Numbered, checked, clean, collect

# What files beside it add to the issues, by their ids and fields.
Beside: TypeAlias = Mapping[str, Mapping[str, list[Any]]]

_OTHER_NAMES = {"type": "issue_type", "tags": "labels", "closed_reason": "close_reason"}
_EDGES = ("dependencies", "depends_on", "blocked_by", "deps")
_EDGE_NAMES = {"id": "depends_on_id", "depends_on": "depends_on_id", "dependency_type": "type", "kind": "type"}


def parse(lines: Iterable[Numbered[bytes]], beside: Beside, complaints: Complaints) -> File:
    """The issues by their ids, the newest of each; tombstones and what is no work apart."""
    build = partial(_issue, beside)
    return collect(BEADS, ((number, line) for number, line in lines if line.strip()), build, complaints)


def _issue(beside: Beside, number: int, line: bytes, complain: Complain) -> BeadsIssue:
    fields = _fields(number, line, complain)
    said = fields.get("id", "")
    if not isinstance(said, str):
        raise LeftOut(f"id is not text: {shown(said)}.")
    key = BEADS.issue_id(said)
    if not key:
        raise LeftOut("it has no id.")
    for name, parts in beside.get(key, {}).items():
        here = fields.get(name, [])
        if isinstance(here, list):
            same = [_identity(part) for part in here]
            fields[name] = [*here, *(part for part in parts if _identity(part) not in same)]
    return checked(BeadsIssue, fields | {"id": key, "line": number}, BEADS, complain)


def _identity(part: Any) -> Any:
    """What tells a comment or a dependency of an issue from its others."""
    names = ("depends_on_id", "type", "author", "text", "created_at")
    return [part.get(name) for name in names] if isinstance(part, dict) else part


def _fields(number: int, line: bytes, complain: Complain) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        found = json.loads(text, object_pairs_hook=partial(clean, complain))
    except UnicodeDecodeError:
        raise LeftOut("it is not UTF-8.") from None
    except RecursionError:
        raise LeftOut("it is nested too deeply.") from None
    except ValueError as error:
        raise LeftOut(f"it is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise LeftOut("it is not an object.")
    found = _renamed(found, _OTHER_NAMES)
    tags = found.get("tags")
    if isinstance(tags, list) and isinstance(found["labels"], list):
        found["labels"] += found.pop("tags")
    edges = [edge for name in _EDGES if name in found for edge in _edges(found.pop(name))]
    return found | {"dependencies": edges}


def _renamed(fields: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Another name counts where there isn't the usual one."""
    usual = {other: name for other, name in names.items() if name not in fields}
    return {usual.get(name, name): value for name, value in fields.items()}


def _edges(value: Any) -> Iterator[Any]:
    """Dependencies are written as objects or ids, alone or in lists."""
    if isinstance(value, list):
        for part in value:
            yield from _edges(part)
    elif isinstance(value, str):
        yield {"depends_on_id": value}
    elif isinstance(value, dict):
        yield _renamed(value, _EDGE_NAMES)
    else:
        yield value
