"""Issues of GitHub, as `gh issue list --json`, `gh api` and the GraphQL API write them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from goalroom.importers.complaints import Complaints, shown
from goalroom.importers.issues import EPIC, PARENT_TYPE, File, Issue, Source
from goalroom.importers.names import agent_name
from goalroom.importers.parser import Complain, LeftOut, Numbered, checked, clean, collect
from goalroom.importers.source_files import Lines, Member, NotIssues, members, program, program_of_text, text_of, values

GITHUB = Source(
    "github",
    "GitHub",
    {
        "description": "body",
        "text": "body",
        "status": "state",
        "close_reason": "stateReason",
        "created_by": "author",
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "closed_at": "closedAt",
        "due_at": "dueOn",
        "issue_type": "issueType",
        "assignee": "assignees",
        "depends_on_id": "number",
        "dependencies": "blockedBy",
        "from_other_end": "blocking",
    },
)
PULL_REQUEST = "pull request"

# Where issues are, in what wraps them.
_WRAPPERS = ("data", "repository", "organization", "user", "search", "issues", "nodes", "items", "node", "issue")
_DEEPEST = 12
_ADDRESS = re.compile(r"/(?P<repository>[^/\s]+/[^/\s]+)/issues/(?P<number>\d+)")
_NOT_DONE = ("not planned", "duplicate")


@dataclass(frozen=True, slots=True)
class _Milestone:
    """What an issue says of it, and whether all its issues are closed."""

    id: str
    said: dict[str, Any]
    is_over: bool


class GithubIssue(Issue):
    """One issue, or a milestone."""

    # Addresses, keys and counts: what they lead to is said by other fields, or by none.
    implied: ClassVar[tuple[str, ...]] = (
        *(
            "id",
            "number",
            "node_id",
            "databaseId",
            "fullDatabaseId",
            "closed",
            "closed_by",
            "author_association",
            "score",
        ),
        *("repository", "repository_url", "labels_url", "comments_url", "events_url", "timeline_url", "user_view_type"),
        *("sub_issues_summary", "subIssuesSummary", "issue_dependencies_summary", "performed_via_github_app"),
        *("locked", "score", "draft", "__typename", "isPinned", "pinned_comment", "issue_field_values"),
    )

    @property
    def is_no_work(self) -> bool:
        return self.issue_type == PULL_REQUEST


def read(path: Path) -> File:
    """What the file holds; NotIssues says what it is instead."""
    if path.is_dir():
        raise NotIssues("it is a folder; give the file that `gh` wrote")
    text = text_of(path)
    found = program_of_text(text, GITHUB.name)
    if found is not None:
        raise NotIssues(found)
    lines, items = Lines(text), []
    for value in values(text):
        found = program(value.value, GITHUB.name)
        if found is not None:
            raise NotIssues(found)
        items += [(lines.at(one.begin), one.value) for one in _items(text, value)]
    if not any(isinstance(item, dict) and "number" in item and "title" in item for _, item in items):
        raise NotIssues(
            "nothing in it has a number and a title; "
            "`gh issue list --state all --limit 5000 --json number,title,body,state` writes it"
        )
    return collect(GITHUB, _with_milestones(items), partial(_issue, _parents(items)), Complaints())


def _items(text: str, value: Member, depth: int = 0) -> Iterator[Member]:
    """Each thing in a list that may be an issue, wherever the list is."""
    if isinstance(value.value, dict) and "number" not in value.value and depth < _DEEPEST:
        for one in members(text, value.begin):
            if one.name in _WRAPPERS:
                yield from _items(text, one, depth + 1)
    elif isinstance(value.value, list) and depth < _DEEPEST:
        for one in members(text, value.begin):
            yield from _items(text, one, depth + 1)
    else:
        yield value


def _parents(items: list[Numbered[Any]]) -> dict[str, str]:
    """Of each issue of the file the one that names it as a part, or nothing."""
    numbered = [item for _, item in items if isinstance(item, dict) and type(item.get("number")) is int]
    parents = {_id(_repository(item), item["number"]): "" for item in numbered}
    for item in numbered:
        repository = _repository(item)
        for part in _references(item.get("subIssues", item.get("sub_issues")) or [], repository):
            if not parents.get(_key(part), "-"):
                parents[_key(part)] = _id(repository, item["number"])
    return parents


def _with_milestones(items: list[Numbered[Any]]) -> Iterator[Numbered[Any]]:
    """Each milestone stands before the first of its issues, as an epic."""
    states: dict[str, list[bool]] = defaultdict(list)
    for _, item in items:
        key = _milestone_id(item)
        if key is not None:
            states[key].append(str(item.get("state", "")).lower() == "closed")
    made = set()
    for line, item in items:
        key = _milestone_id(item)
        if key is not None and key not in made:
            made.add(key)
            yield line, _Milestone(key, item["milestone"], all(states[key]))
        yield line, item


def _milestone_id(item: Any) -> str | None:
    milestone = item.get("milestone") if isinstance(item, dict) else None
    if not isinstance(milestone, dict) or "title" not in milestone:
        return None
    repository = _repository(item)
    name = f"milestone/{milestone.get('number') or milestone['title']}"
    return GITHUB.issue_id(f"{repository}/{name}" if repository else name)


def _issue(parents_of: Mapping[str, str], line: int, item: Any, complain: Complain) -> GithubIssue:
    """`parents_of` has all issues of the file."""
    if isinstance(item, _Milestone):
        return _milestone(line, item, complain)
    if not isinstance(item, dict):
        raise LeftOut(f"it is not an object: {shown(item)}.")
    number, repository = item.get("number"), _repository(item)
    if type(number) is not int or number < 1:
        raise LeftOut("it has no number." if number is None else f"number is not one of an issue: {shown(number)}.")
    fields = clean(complain, ((_usual(name), value) for name, value in item.items()))
    key = GITHUB.issue_id(_id(repository, number))
    take = fields.pop
    reason = str(take("stateReason", "")).lower().replace("_", " ").replace("reopened", "")
    state = take("state", "closed" if fields.get("closed") is True else "open")
    assignees = _each(take("assignees", []), _login)
    lone = _login(take("assignee", ""))
    people = assignees if isinstance(assignees, list) else [assignees]
    people = [one for one in people if one] or ([lone] if lone else [])
    parents = [_reference(one, repository) for one in (take("parent", None), take("parent_issue_url", None)) if one]
    if not parents and parents_of.get(key):
        parents = [{"depends_on_id": parents_of[key]}]
    milestone = _milestone_id(item)
    # It counts where the issue that this one is a part of is not in the file.
    is_part = bool(parents) and _key(parents[0]) in parents_of
    parts = _references(take("subIssues", []), repository)
    labels = _each(take("labels", []), lambda label: label.get("name") if isinstance(label, dict) else label)
    if milestone and is_part and isinstance(labels, list):
        labels = [*labels, f"milestone:{item['milestone']['title']}"[:100]]
    if isinstance(labels, list):
        labels = [*labels, *(f"assignee:{agent_name(one)}" for one in people[1:] if isinstance(one, str) and one)]
    if milestone:
        take("milestone")
    kind = _name(take("issueType", take("type", "")))
    blockers = _references(take("blockedBy", []), repository)
    _say_what_is_missing(fields, key, blockers, complain)
    made = {
        "description": take("body", ""),
        "status": "cancelled" if state in ("CLOSED", "closed") and reason in _NOT_DONE else state,
        "close_reason": reason,
        "issue_type": PULL_REQUEST if take("pull_request", None) else kind,
        "labels": labels,
        "assignee": people[0] if people else "",
        "created_by": _login(take("author", "")),
        "comments": _comments(take("comments", []), key, complain),
        "under_headings": [("Link", address)] if isinstance(address := take("url", ""), str) else [],
        "dependencies": [
            *_as_parents(parents[:1]),
            *_as_parents([{"depends_on_id": milestone}] if milestone and not is_part else []),
            *blockers,
        ],
        "from_other_end": [
            *_as_parents([one for one in parts if _key(one) not in parents_of]),
            *_references(take("blocking", []), repository),
        ],
        "id": key,
        "line": line,
    }
    return checked(GithubIssue, fields | made, GITHUB, complain)


_USUAL = {
    "user": "author",
    "html_url": "url",
    "state_reason": "stateReason",
    "sub_issues": "subIssues",
    "blocked_by": "blockedBy",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "closedAt": "closed_at",
}


def _usual(name: str) -> str:
    """One name for what the two APIs call differently."""
    return _USUAL.get(name, name)


def _milestone(line: int, item: _Milestone, complain: Complain) -> GithubIssue:
    fields = clean(complain, item.said.items())
    due = fields.get("dueOn", fields.get("due_on", ""))
    closed = fields.get("state", "closed" if item.is_over else "open")
    made: dict[str, Any] = {name: fields[name] for name in ("title", "description") if name in fields}
    made |= {"id": item.id, "line": line, "issue_type": EPIC, "due_at": due}
    return checked(GithubIssue, made | {"status": str(closed).lower()}, GITHUB, complain)


def _say_what_is_missing(fields: dict[str, Any], key: str, blockers: Any, complain: Complain) -> None:
    """The API counts what blocks an issue, and names it only when asked."""
    summary = fields.get("issue_dependencies_summary")
    count = summary.get("total_blocked_by", summary.get("blocked_by")) if isinstance(summary, dict) else None
    if isinstance(count, int) and count > len(blockers):
        complain(f"{key} waits for {count} issues, of which the file names {len(blockers)}.")


def _comments(value: Any, key: str, complain: Complain) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        if value:
            complain(f"{key} has {value} comments, which the file only counts.")
        return []

    def comment(one: Any) -> Any:
        if not isinstance(one, dict):
            return one
        said = clean(complain, ((_usual(name), part) for name, part in one.items()))
        return {
            "text": said.get("body", ""),
            "author": _login(said.get("author", "")),
            "created_at": said.get("created_at", ""),
        }

    return _each(value, comment)


def _each(value: Any, pick: Any) -> Any:
    """Of a list, or of what GraphQL wraps one in; whatever else it is stays, to be said."""
    if isinstance(value, dict) and "nodes" in value:
        value = value["nodes"]
    return [pick(one) for one in value] if isinstance(value, list) else value


def _login(value: Any) -> Any:
    return (value.get("login") or "") if isinstance(value, dict) else value


def _name(value: Any) -> Any:
    return (value.get("name") or "") if isinstance(value, dict) else value


def _references(value: Any, repository: str) -> list[Any]:
    found = _each(value, lambda one: _reference(one, repository))
    return found if isinstance(found, list) else [_reference(found, repository)]


def _key(reference: Any) -> str:
    """The id that it leads to, if it is one."""
    return str(reference.get("depends_on_id", "")) if isinstance(reference, dict) else ""


def _as_parents(references: list[Any]) -> list[Any]:
    return [one | {"type": PARENT_TYPE} if isinstance(one, dict) else one for one in references]


def _reference(value: Any, repository: str) -> Any:
    """Another issue: a number, an address, or an object that has one."""
    if isinstance(value, dict):
        own = _repository(value) or repository
        value = value.get("number")
    else:
        own = repository
    if isinstance(value, str) and (found := _ADDRESS.search(value)) is not None:
        own, value = found["repository"], int(found["number"])
    if type(value) is not int:
        return value
    # Where the file doesn't say which repository its issues are of, numbers are of the same one.
    return {"depends_on_id": _id(own if repository else "", value)}


def _repository(item: dict[str, Any]) -> str:
    """Of the issue, as far as its addresses say."""
    for name in ("url", "html_url"):
        address = item.get(name)
        found = _ADDRESS.search(address) if isinstance(address, str) else None
        if found is not None:
            return found["repository"]
    return ""


def _id(repository: str, number: int) -> str:
    return f"{repository}#{number}" if repository else str(number)
