"""What a source says of its issues, read with care: what is wrong with one is said, and costs nothing but itself."""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from db.core import validation
from goalroom.importers.complaints import Complaints, Loss, shown, storable
from goalroom.importers.issues import PARENT, PARENT_TYPE, Context, Dependency, File, Issue, Source

I = TypeVar("I", bound=Issue)  # noqa: E741  # an issue
T = TypeVar("T")

Complain: TypeAlias = Callable[[str], None]
# A line and what stands on it, such as an issue with its fields.
Numbered: TypeAlias = tuple[int, T]
# An issue from what stands on a line; LeftOut where that gives none.
Build: TypeAlias = Callable[[int, T, Complain], Issue]

# What pydantic finds wrong with a field, by the type of its error; other validators say a sentence of their own.
_TEXTS = {
    "string_type": "{name} is not text: {shown}.",
    "list_type": "{name} is not a list: {shown}.",
    "model_type": "a {name} is not an object: {shown}.",
}
_OTHER_TEXT = "{name} is not of the form that it should have: {shown}."
# Without one of these there is no issue, no comment, no dependency.
_REQUIRED = {
    "title": "{issue} has no {name}.",
    "text": "a comment has no {name}.",
    "depends_on_id": "a dependency has no {name}.",
}
_ITEMS = {"comments": "comment", "dependencies": "dependency", "from_other_end": "dependency", "labels": "label"}


class LeftOut(Exception):  # noqa: N818  # a line, not the program, ends here
    """Why a line gives no issue."""


def collect(source: Source, lines: Iterable[Numbered[T]], build: Build[T], complaints: Complaints) -> File:
    """The issues by their ids, the newest of each; tombstones and what is no work apart."""
    issues = _issues(lines, build, complaints)
    kinds = {key: one.issue_type for key, one in issues.items() if one.is_no_work and not one.is_tombstone}
    file = File(source, no_work=kinds, complaints=complaints)
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
                text = f"status {shown(issue.status)} is not known: {key} is blocked."
                file.complaints.add(issue.line, text, Loss.STATUSES)
    _turn_what_others_say(file)
    _name_fields_without_place(file)
    return file


def _issues(lines: Iterable[Numbered[T]], build: Build[T], complaints: Complaints) -> dict[str, Issue]:
    issues: dict[str, Issue] = {}
    for number, line in lines:
        try:
            issue = build(number, line, partial(complaints.add, number))
        except LeftOut as why:
            complaints.add(number, str(why), Loss.ISSUES)
            continue
        first = issues.setdefault(issue.id, issue)
        if first is issue:
            continue
        if issue.updated_at and (first.updated_at is None or issue.updated_at > first.updated_at):
            issues[issue.id] = issue
            text = f"{issue.id} is on {complaints.place(number)} again, which is newer: that counts."
            complaints.add(first.line, text, Loss.ISSUES)
        else:
            text = f"{issue.id} is on {complaints.place(first.line)} already: the first counts."
            complaints.add(number, text, Loss.ISSUES)
    return issues


def _turn_what_others_say(file: File) -> None:
    """A dependency that the blocker names, or a part that the whole names, is the other issue's."""
    left_out = {*file.tombstones, *file.no_work}
    for key, issue in file.issues.items():
        for told in issue.from_other_end:
            other = file.issues.get(told.depends_on_id)
            if other is not None:
                if not any((one.depends_on_id, one.kind) == (key, told.kind) for one in other.dependencies):
                    other.dependencies.append(told.model_copy(update={"depends_on_id": key}))
            elif told.depends_on_id not in left_out:
                is_part = told.kind == PARENT
                verb, loss = ("is not below", Loss.PARENTS) if is_part else ("does not depend on", Loss.EDGES)
                text = f"{told.depends_on_id} {verb} {key}: {told.depends_on_id} is not in the file."
                file.complaints.add(issue.line, text, loss)


def _name_fields_without_place(file: File) -> None:
    lines: dict[str, list[int]] = {}
    for issue in file.issues.values():
        for name in issue.fields_without_place():
            lines.setdefault(name, []).append(issue.line)
    for name, at in lines.items():
        having = f"{len(at)} lines have it" if len(at) > 1 else "this line alone has it"
        file.complaints.add(at[0], f"{shown(name)} has no place here; {having}.", Loss.PLACES)


def checked(model: type[I], fields: dict[str, Any], source: Source, complain: Complain) -> I:
    """The issue of these fields, each of the type that it should have; whatever is not is said."""
    issue = _validated(model, fields, Context(source, fields["id"]), complain)
    if issue.parent and not issue.parents:
        # It is written beside the dependency, and now and then alone.
        issue.dependencies.append(Dependency.model_construct(depends_on_id=issue.parent, type=PARENT_TYPE))
    if len(issue.title) > validation.MAX_TITLE:
        text = f"the title of {issue.id} has {len(issue.title)} characters: cut; the whole begins the description."
        complain(text)
        issue.description = f"{issue.title}\n\n{issue.description}".rstrip()
        issue.title = issue.title[: validation.MAX_TITLE - 1] + "…"
    return issue


def clean(complain: Complain, pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Without nulls, which stand for what is not said, and without characters that Postgres can't hold."""
    fields = {name: value for name, value in pairs if value is not None}
    for name, value in fields.items():
        if isinstance(value, str):
            fields[name] = storable(value)
            if fields[name] != value:
                complain(f"{name} contains NUL or a lone surrogate, which is left out.")
    return fields


def _validated(model: type[I], fields: dict[str, Any], context: Context, complain: Complain) -> I:
    """The issue that is left when each part that is wrong is said and taken away."""
    try:
        return model.model_validate(fields, context=context)
    except ValidationError as error:
        faults = {fault["loc"]: _text(fault, context) for fault in error.errors(include_url=False)}
    lost = {place[:-1] if place[-1] in _REQUIRED else place for place in faults}
    if () in lost:
        raise LeftOut(faults[("title",)])
    for text in faults.values():
        complain(text)
    return _validated(model, _without(fields, lost), context, complain)


def _text(fault: ErrorDetails, context: Context) -> str:
    name = fault["loc"][-1]
    called = context.source.called(str(name))
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    if fault["type"] in _TEXTS:
        called = _ITEMS[str(fault["loc"][-2])] if isinstance(name, int) else called
        return _TEXTS[fault["type"]].format(name=called, shown=shown(fault["input"]))
    if name in _REQUIRED:
        return _REQUIRED[str(name)].format(issue=context.id, name=called)
    return _OTHER_TEXT.format(name=called, shown=shown(fault["input"]))


def _without(value: Any, lost: Collection[tuple[int | str, ...]], at: tuple[int | str, ...] = ()) -> Any:
    if not any(place[: len(at)] == at for place in lost):
        return value
    if isinstance(value, dict):
        return {name: _without(part, lost, (*at, name)) for name, part in value.items() if (*at, name) not in lost}
    if isinstance(value, list):
        return [_without(part, lost, (*at, place)) for place, part in enumerate(value) if (*at, place) not in lost]
    return value
