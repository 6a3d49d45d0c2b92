"""The lines of a beads file, read with care: what is wrong with one is said, and costs nothing but itself."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from db.core import validation
from goalroom.importers.issues import NO_WORK, PARENT, Complaints, Dependency, File, Issue, shown, storable
from goalroom.importers.names import issue_id

Complain: TypeAlias = Callable[[str], None]
NumberedLine: TypeAlias = tuple[int, bytes]
# What files beside it add to the issues, by their ids and fields.
Beside: TypeAlias = Mapping[str, Mapping[str, list[Any]]]

# What pydantic finds wrong with a field, by the type of its error; other validators say a sentence of their own.
_TEXTS = {
    "string_type": "{name} is not text: {shown}.",
    "list_type": "{name} is not a list: {shown}.",
    "model_type": "a {name} is not an object: {shown}.",
}
# Without one of these there is no issue, no comment, no dependency.
_REQUIRED = {
    "title": "{issue} has no title.",
    "text": "a comment has no text.",
    "depends_on_id": "a dependency has no depends_on_id.",
}
_OTHER_NAMES = {"type": "issue_type", "tags": "labels", "closed_reason": "close_reason"}
_EDGES = ("dependencies", "depends_on", "blocked_by", "deps")
_EDGE_NAMES = {"id": "depends_on_id", "depends_on": "depends_on_id", "dependency_type": "type", "kind": "type"}
_ITEMS = {"comments": "comment", "dependencies": "dependency"}


class _LeftOut(Exception):  # noqa: N818  # a line, not the program, ends here
    """Why a line gives no issue."""


def parse(lines: Iterable[NumberedLine], beside: Beside, complaints: Complaints) -> File:
    """The issues by their ids, the newest of each; tombstones and what is no work apart."""
    issues = _issues(lines, beside, complaints)
    kinds = {key: one.issue_type for key, one in issues.items() if one.issue_type in NO_WORK and not one.is_tombstone}
    file = File(no_work=kinds, complaints=complaints)
    for key, issue in issues.items():
        if issue.is_tombstone:
            file.tombstones[key] = issue.line
        elif key in kinds:
            file.no_work_dependencies[kinds[key]] += len(issue.dependencies)
        else:
            file.issues[key] = issue
            others = [kinds[one.depends_on_id] for one in issue.dependencies if one.depends_on_id in kinds]
            file.no_work_dependencies.update(others)
            issue.dependencies = [one for one in issue.dependencies if one.depends_on_id not in kinds]
            if not issue.has_known_status:
                file.complaints.add(issue.line, f"status {shown(issue.status)} is not known: {key} is blocked.")
    _name_fields_without_place(file)
    return file


def _issues(lines: Iterable[NumberedLine], beside: Beside, complaints: Complaints) -> dict[str, Issue]:
    issues: dict[str, Issue] = {}
    for number, line in lines:
        if not line.strip():
            continue
        try:
            issue = _issue(number, line, beside, partial(complaints.add, number))
        except _LeftOut as why:
            complaints.add(number, str(why))
            continue
        first = issues.setdefault(issue.id, issue)
        if first is issue:
            continue
        if issue.updated_at and (first.updated_at is None or issue.updated_at > first.updated_at):
            issues[issue.id] = issue
            complaints.add(first.line, f"{issue.id} is on line {number} again, which is newer: that counts.")
        else:
            complaints.add(number, f"{issue.id} is on line {first.line} already: the first counts.")
    return issues


def _name_fields_without_place(file: File) -> None:
    lines: dict[str, list[int]] = {}
    for issue in file.issues.values():
        for name in issue.fields_without_place():
            lines.setdefault(name, []).append(issue.line)
    for name, at in lines.items():
        having = f"{len(at)} lines have it" if len(at) > 1 else "this line alone has it"
        file.complaints.add(at[0], f"{shown(name)} has no place here; {having}.")


def _issue(number: int, line: bytes, beside: Beside, complain: Complain) -> Issue:
    fields = _fields(number, line, complain)
    said = fields.get("id", "")
    if not isinstance(said, str):
        raise _LeftOut(f"id is not text: {shown(said)}.")
    key = issue_id(said)
    if not key:
        raise _LeftOut("it has no id.")
    for name, parts in beside.get(key, {}).items():
        here = fields.get(name, [])
        if isinstance(here, list):
            same = [_identity(part) for part in here]
            fields[name] = [*here, *(part for part in parts if _identity(part) not in same)]
    issue = _validated(fields | {"id": key, "line": number}, key, complain)
    if issue.parent and not issue.parents:
        # It is written beside the dependency, and now and then alone.
        issue.dependencies.append(Dependency(depends_on_id=issue.parent, type=PARENT))
    if len(issue.title) > validation.MAX_TITLE:
        complain(f"the title of {key} has {len(issue.title)} characters: cut; the whole begins the description.")
        issue.description = f"{issue.title}\n\n{issue.description}".rstrip()
        issue.title = issue.title[: validation.MAX_TITLE - 1] + "…"
    return issue


def _identity(part: Any) -> Any:
    """What tells a comment or a dependency of an issue from its others."""
    names = ("depends_on_id", "type", "author", "text", "created_at")
    return [part.get(name) for name in names] if isinstance(part, dict) else part


def _fields(number: int, line: bytes, complain: Complain) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        found = json.loads(text, object_pairs_hook=partial(clean, complain))
    except UnicodeDecodeError:
        raise _LeftOut("it is not UTF-8.") from None
    except RecursionError:
        raise _LeftOut("it is nested too deeply.") from None
    except ValueError as error:
        raise _LeftOut(f"it is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise _LeftOut("it is not an object.")
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


def clean(complain: Complain, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Without nulls, which stand for what is not said, and without characters that Postgres can't hold."""
    fields = {name: value for name, value in pairs if value is not None}
    for name, value in fields.items():
        if isinstance(value, str):
            fields[name] = storable(value)
            if fields[name] != value:
                complain(f"{name} contains NUL or a lone surrogate, which is left out.")
    return fields


def _validated(fields: dict[str, Any], key: str, complain: Complain) -> Issue:
    """The issue that is left when each part that is wrong is said and taken away."""
    try:
        return Issue.model_validate(fields, context=key)
    except ValidationError as error:
        faults = {fault["loc"]: _text(fault, key) for fault in error.errors(include_url=False)}
    lost = {place[:-1] if place[-1] in _REQUIRED else place for place in faults}
    if () in lost:
        raise _LeftOut(faults[("title",)])
    for text in faults.values():
        complain(text)
    return _validated(_without(fields, lost), key, complain)


def _text(fault: ErrorDetails, key: str) -> str:
    name = fault["loc"][-1]
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    if fault["type"] in _TEXTS:
        name = _ITEMS[str(fault["loc"][-2])] if isinstance(name, int) else name
        return _TEXTS[fault["type"]].format(name=name, shown=shown(fault["input"]))
    return _REQUIRED[str(name)].format(issue=key)


def _without(value: Any, lost: Collection[tuple[int | str, ...]], at: tuple[int | str, ...] = ()) -> Any:
    if not any(place[: len(at)] == at for place in lost):
        return value
    if isinstance(value, dict):
        return {name: _without(part, lost, (*at, name)) for name, part in value.items() if (*at, name) not in lost}
    if isinstance(value, list):
        return [_without(part, lost, (*at, place)) for place, part in enumerate(value) if (*at, place) not in lost]
    return value
