"""A task as text: in a line for lists, and with all that somebody must know who works on it or reviews it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goalroom.mcp.text import MOST_LINES, compact, labelled, minute, name_of, quoted

Task = Mapping[str, Any]

TASK_LINE = """
fragment TaskLine on Task {
  id title status priority ready stale assignee { name } reviewer { name } lease { expiresAt }
}
"""
TASK = """
fragment WholeTask on Task {
  ...TaskLine
  description instructions role notes result labels capabilities track attempts notBefore dueAt quietUntil
  room { name } objective { id title } parent { id } creator { name }
  lease { fence expiresAt }
  criteria { id text met evidence accepted }
  waitingOn { kind reason task { id } until }
  handoff { author { name } handoff { done pending gotchas } }
  reviews { verdict comment reviewer { name } }
  said: comments(kinds: [DECISION, REVIEW], last: 10) { nodes { id kind body author { name } } }
  artifacts { kind url title }
  proposals { id status outcome title }
  subtasks { id status }
  resources { name }
}
"""
# Of one text; who wants more of it asks for more.
_TEXT, _CRITERION = 8_000, 1_000
# Of a list, where each has two lines at least.
LISTED = MOST_LINES // 2


def line(task: Task, *facts: str) -> list[str]:
    """A task in a list: id, state and who has it, then its title."""
    return [" ".join([task["id"], task["priority"], ", ".join([state(task), *facts])]), *quoted(task["title"])]


def state(task: Task) -> str:
    """Its state in a few words, and whose it is."""
    words = [task["status"]]
    if task["ready"]:
        words.append("ready")
    if task["stale"]:
        words.append("stale")
    if task["assignee"]:
        words.append(name_of(task["assignee"]))
    if task["status"] == "VALIDATING" and task["reviewer"]:
        words.append(f"reviewer {name_of(task['reviewer'])}")
    return ", ".join(words)


def whole(task: Task, memories: Sequence[Mapping[str, Any]] = (), most: int = _TEXT, listed: int = LISTED) -> list[str]:
    """All that a session must know of it that remembers nothing: each text and each list up to so much."""
    return [
        *line(task, *_facts(task)),
        *_place(task),
        *_criteria(task, most, listed),
        *_sent_back(task, most),
        *labelled(f"instructions from {name_of(task['creator'])}", task["instructions"], most),
        *labelled("description", task["description"], most),
        *_waits(task, listed),
        *_handoff(task, most),
        *labelled("notes", task["notes"], most),
        *_decisions(task, most),
        *_memory(task, memories, most),
        *_artifacts(task),
        *labelled("result", task["result"], most),
    ]


def submission(task: Task, most: int = _TEXT) -> list[str]:
    """What was handed in, criterion by criterion."""
    lines = [*line(task), *labelled(f"result, by {name_of(task['assignee'])}", task["result"], most)]
    for criterion in task["criteria"][:LISTED]:
        met = "said to be met" if criterion["met"] else "not met"
        lines += [f"{criterion['id']} {met}:", *quoted(criterion["text"], _CRITERION)]
        lines += labelled(f"evidence of {criterion['id']}", criterion["evidence"], most)
    return [
        *lines,
        *_left_out(task, "criteria", LISTED),
        *_artifacts(task),
        *labelled("description", task["description"], most),
        *labelled("notes", task["notes"], most),
        *_decisions(task, most),
    ]


def _facts(task: Task) -> Iterable[str]:
    lease = task["lease"]
    if lease:
        yield f"lease until {minute(lease['expiresAt'])}, fence {lease['fence']}"
    if task["quietUntil"]:
        yield f"silent until {minute(task['quietUntil'])}"
    if task["attempts"]:
        yield f"{task['attempts']} claims on it were lost"
    for name, word in (("notBefore", "not before"), ("dueAt", "due")):
        if task[name]:
            yield f"{word} {minute(task[name])}"


def _place(task: Task) -> Iterable[str]:
    if task["objective"]:
        yield f"objective {task['objective']['id']}:"
        yield from quoted(task["objective"]["title"])
    if task["parent"]:
        yield f"part of {task['parent']['id']}"
    if task["subtasks"]:
        yield "subtasks: " + ", ".join(f"{one['id']} {one['status']}" for one in task["subtasks"][:MOST_LINES])
    yield from labelled("your role" if task["lease"] else "role", task["role"])
    for name in ("labels", "capabilities"):
        if task[name]:
            yield from labelled(name, compact(task[name]))
    if task["track"]:
        yield from labelled("track", task["track"])
    if task["resources"]:
        yield from labelled("resources", compact([one["name"] for one in task["resources"]]))


def _left_out(task: Task, name: str, listed: int) -> Iterable[str]:
    """What a list has more than is shown of it, and the call that shows it."""
    if len(task[name]) > listed:
        call = compact({"ids": [task["id"]], "maxTokens": 20_000})
        yield f"Left out: {len(task[name]) - listed} of its {name}; look_up {call}"


def _criteria(task: Task, most: int, listed: int) -> Iterable[str]:
    if task["criteria"]:
        yield "criteria:"
    for criterion in task["criteria"][:listed]:
        state = "met" if criterion["met"] else "to meet"
        if criterion["accepted"] is False:
            state = "not accepted by the reviewer"
        yield f"{criterion['id']} {state}"
        yield from quoted(criterion["text"], _CRITERION)
        yield from labelled(f"evidence of {criterion['id']}", criterion["evidence"], most)
    yield from _left_out(task, "criteria", listed)


def _sent_back(task: Task, most: int) -> Iterable[str]:
    """Why its last review did not accept it, in the reviewer's words with those on the criteria."""
    if task["status"] in {"DONE", "CANCELLED"} or not task["reviews"]:
        return
    last = task["reviews"][-1]
    if last["verdict"] != "CHANGES_REQUESTED":
        return
    said = [one for one in task["said"]["nodes"] if one["kind"] == "REVIEW"]
    text = said[-1]["body"] if said else last["comment"]
    yield from labelled(f"sent back by {name_of(last['reviewer'])}", text, most)


def _waits(task: Task, listed: int) -> Iterable[str]:
    if task["waitingOn"]:
        yield "waits for:"
    for wait in task["waitingOn"][:listed]:
        of = f" {wait['task']['id']}" if wait["task"] else ""
        until = f", until {minute(wait['until'])}" if wait["until"] else ""
        yield f"{wait['kind']}{of}{until}"
        yield from quoted(wait["reason"], _CRITERION)
    yield from _left_out(task, "waitingOn", listed)


def _handoff(task: Task, most: int) -> Iterable[str]:
    comment = task["handoff"]
    if comment and comment["handoff"]:
        yield f"handoff from {name_of(comment['author'])}"
        for name in ("done", "pending", "gotchas"):
            yield from labelled(name, comment["handoff"][name] or "", most)


def _decisions(task: Task, most: int) -> Iterable[str]:
    for one in task["said"]["nodes"]:
        if one["kind"] == "DECISION":
            yield from labelled(f"{one['id']} decided by {name_of(one['author'])}", one["body"], most)
    for proposal in task["proposals"]:
        outcome = labelled("outcome", proposal["outcome"] or "")
        yield from [f"{proposal['id']} {proposal['status']}", *quoted(proposal["title"]), *outcome]


def _memory(task: Task, memories: Sequence[Mapping[str, Any]], most: int) -> Iterable[str]:
    if memories:
        yield "memory:"
    for memory in memories[:LISTED]:
        yield from value(memory, most)
    if len(memories) > LISTED:
        yield f"Left out: more of its memory; recall {compact({'scope': task['id']})}"


def value(memory: Mapping[str, Any], most: int = _TEXT) -> list[str]:
    """What is remembered under one key."""
    about = f"version {memory['version']}, {name_of(memory['author'])}, {minute(memory['updatedAt'])}"
    until = f", until {minute(memory['expiresAt'])}" if memory["expiresAt"] else ""
    said = f"{compact(memory['key'])}: {compact(memory['value'])}"
    return [f"{about}{until}", *quoted(said, most)]


def _artifacts(task: Task) -> Iterable[str]:
    for one in task["artifacts"][:LISTED]:
        yield from [one["kind"], *quoted(" ".join(part for part in (one["url"], one["title"]) if part))]
