"""The lines of a beads file, read with care: what is wrong with one is said, and costs nothing but itself."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from db.core import validation
from db.core.errors import BadInput
from goalroom.importers.beads.model import (
    LABEL,
    LOWEST_PRIORITY,
    STATUSES,
    USUAL_PRIORITY,
    Complaints,
    Edge,
    File,
    Issue,
    Remark,
)

_MAX_ID = validation.MAX_KEY - len(LABEL)
_SHOWN = 60


def read(lines: Iterable[bytes]) -> File:
    """The issues by their ids, the first of each; tombstones apart, by the lines that they are on."""
    file = File()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        fields = _object(number, line, file.complaints)
        issue = None if fields is None else _Line(number, fields, file.complaints).issue()
        if issue is None:
            continue
        if issue.id in file.issues or issue.id in file.tombstones:
            first = file.issues[issue.id].line if issue.id in file.issues else file.tombstones[issue.id]
            file.complaints.add(number, f"{issue.id} is on line {first} already: the first counts.")
        elif issue.status == "tombstone":
            file.tombstones[issue.id] = number
        else:
            file.issues[issue.id] = issue
    return file


def _object(number: int, line: bytes, complaints: Complaints) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError:
        complaints.add(number, "it is not UTF-8.")
    except RecursionError:
        complaints.add(number, "it is nested too deeply.")
    except ValueError as error:
        complaints.add(number, f"it is no JSON: {error}.")
    else:
        if isinstance(found, dict):
            return found
        complaints.add(number, "it is no object.")
    return None


class _Line:
    """The fields of one line, each checked when it is asked for."""

    def __init__(self, number: int, fields: Mapping[str, Any], complaints: Complaints) -> None:
        self._number, self._fields, self._complaints = number, fields, complaints

    def issue(self) -> Issue | None:
        """The issue, unless it has no usable id or title."""
        key = self._fields.get("id")
        if not isinstance(key, str) or not key.strip():
            self._say("it has no id." if key is None or key == "" else f"id is no name: {_shown(key)}.")
            return None
        if not _is_id(key):
            self._say(f"id takes up to {_MAX_ID} letters, digits and signs without blanks: {_shown(key)}.")
            return None
        title = self._text("title").strip()
        if not title:
            self._say(f"{key} has no title.")
            return None
        description = self._text("description")
        if len(title) > validation.MAX_TITLE:
            self._say(f"the title of {key} has {len(title)} characters: cut; the whole begins the description.")
            title, description = title[: validation.MAX_TITLE - 1] + "…", f"{title}\n\n{description}".rstrip()
        status = self._text("status").strip().lower() or "open"
        if status not in STATUSES:
            self._say(f"status {_shown(status)} is not known: {key} is open.")
            status = "open"
        return Issue(
            line=self._number,
            id=key,
            title=title,
            kind=self._kind(),
            status=status,
            priority=self._integer("priority", USUAL_PRIORITY, LOWEST_PRIORITY),
            description=description,
            design=self._text("design"),
            notes=self._text("notes"),
            acceptance_criteria=self._text("acceptance_criteria"),
            close_reason=self._text("close_reason"),
            labels=self._labels(key),
            assignee=self._text("assignee").strip() or None,
            owner=self._text("owner").strip() or None,
            created_by=self._text("created_by").strip() or None,
            estimated_minutes=self._integer("estimated_minutes", None, validation.MAX_INT),
            created_at=self._time("created_at", self._fields),
            updated_at=self._time("updated_at", self._fields),
            closed_at=self._time("closed_at", self._fields) if status == "closed" else None,
            comments=tuple(self._comments()),
            edges=tuple(self._edges(key)),
        )

    def _say(self, text: str) -> None:
        self._complaints.add(self._number, text)

    def _kind(self) -> str:
        kind = self._text("issue_type").strip().lower()
        if len(kind) > validation.MAX_KEY:
            self._say(f"issue_type is longer than {validation.MAX_KEY} characters: {_shown(kind)}.")
        elif kind.startswith(LABEL):
            self._say(f"issue_type looks like the label of an id: {_shown(kind)}.")
        else:
            return kind or "task"
        return "task"

    def _text(self, name: str, fields: Mapping[str, Any] | None = None) -> str:
        value = (self._fields if fields is None else fields).get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._say(f"{name} is no text: {_shown(value)}.")
            return ""
        clean = "".join(sign for sign in value if sign != "\0" and not "\ud800" <= sign <= "\udfff")
        if clean != value:
            self._say(f"{name} holds NUL or half a surrogate pair: left out of it.")
        return clean

    def _integer(self, name: str, otherwise: Any, most: int) -> Any:
        value = self._fields.get(name)
        if value is None:
            return otherwise
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            self._say(f"{name} is no whole number from 0 to {most}: {_shown(value)}.")
            return otherwise
        return value

    def _time(self, name: str, fields: Mapping[str, Any]) -> datetime | None:
        value = fields.get(name)
        if value is None or value == "":
            return None
        try:
            return validation.time(name, datetime.fromisoformat(value))
        except (TypeError, ValueError, OverflowError, BadInput):
            self._say(f"{name} is no time of the years 1970 to 9998: {_shown(value)}.")
            return None

    def _list(self, name: str) -> list[Any]:
        value = self._fields.get(name)
        if isinstance(value, list):
            return value
        if value is not None:
            self._say(f"{name} is no list: {_shown(value)}.")
        return []

    def _labels(self, key: str) -> tuple[str, ...]:
        labels = {}
        for value in self._list("labels"):
            try:
                label = validation.key("label", value)
            except (AttributeError, BadInput):
                self._say(f"a label is text of 1 to {validation.MAX_KEY} characters: {_shown(value)}.")
                continue
            if label.startswith(LABEL) and label != f"{LABEL}{key}":
                # The other issue would be taken for one that is in the room already.
                self._say(f"a label says that {key} is another issue: {_shown(label)}.")
            else:
                labels[label] = True
        return tuple(labels)

    def _comments(self) -> Iterator[Remark]:
        for value in self._list("comments"):
            if not isinstance(value, dict):
                self._say(f"a comment is no object: {_shown(value)}.")
            elif text := self._text("text", value).strip():
                yield Remark(self._text("author", value).strip() or None, text, self._time("created_at", value))
            else:
                self._say("a comment has no text.")

    def _edges(self, key: str) -> Iterator[Edge]:
        parents = 0
        for value in self._list("dependencies"):
            if not isinstance(value, dict):
                self._say(f"a dependency is no object: {_shown(value)}.")
                continue
            on, kind = self._text("depends_on_id", value).strip(), self._text("type", value).strip()
            if not _is_id(on):
                self._say(f"a dependency has no usable depends_on_id: {_shown(on)}.")
            elif self._text("issue_id", value).strip() not in ("", key):
                self._say(f"a dependency on {_shown(on)} is another issue's: {_shown(value['issue_id'])}.")
            else:
                edge = Edge(_kind(kind), on, self._number, self._time("created_at", value))
                parents += edge.kind == "parent-child"
                yield edge
        # Written beside the edge, and now and then alone.
        parent = self._text("parent").strip()
        if parent and not _is_id(parent):
            self._say(f"parent is no id: {_shown(parent)}.")
        elif parent and not parents:
            yield Edge("parent-child", parent, self._number)


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_ID and text.isprintable() and " " not in text


def _kind(text: str) -> str:
    """As it should be spelt: parent_child and ParentChild are parent-child."""
    letters = "".join(filter(str.isalpha, text.lower()))
    return {
        "": "blocks",
        "block": "blocks",
        "blocks": "blocks",
        "parentchild": "parent-child",
        "related": "related",
        "relatesto": "relates-to",
        "relates": "relates-to",
        "discoveredfrom": "discovered-from",
        "duplicates": "duplicates",
        "duplicateof": "duplicates",
        "tracks": "tracks",
    }.get(letters, text)


def _shown(value: object) -> str:
    """Enough to recognise it by, on one line."""
    try:
        text = ascii(value)
    except RecursionError:
        text = type(value).__name__
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
