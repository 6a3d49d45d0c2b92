"""What the API answers as short lines: ids first, and the words of others quoted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Thing = Mapping[str, Any]

_LONG = 160


def printable(text: str) -> str:
    """Without what a terminal would obey: others wrote some of it."""
    return "".join(one if one in "\n\t" or one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def joined(lines: Iterable[str], nothing: str) -> str:
    """The lines, or what is said where there is none."""
    return "\n".join(lines) or nothing


def quoted(text: str) -> str:
    """The words of somebody else, each line behind a `> `."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def one_line(text: str, most: int = _LONG) -> str:
    """The text without its line breaks, cut where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def name(agent: Thing | None) -> str:
    """Who it is; the server where nobody."""
    return str(agent["name"]) if agent else "goalroom"


def minute(at: str | None) -> str:
    """2026-11-29 16:05 UTC."""
    return f"{at[:10]} {at[11:16]} UTC" if at else "never"


def task(task: Thing) -> str:
    """T42 P1 DOING Title (@worker until …)."""
    held, marks = task.get("lease"), []
    if task["status"] == "TODO":
        marks.append("ready" if task["ready"] else "waits")
    if assignee := task.get("assignee"):
        marks.append(f"@{assignee['name']}" + (f" until {minute(held['expiresAt'])}" if held else ""))
    if task.get("stale"):
        marks.append("stale")
    marks += [f"#{label}" for label in task.get("labels", ())]
    return f"{task['id']} {task['priority']} {task['status']} {one_line(task['title'])}" + (
        f" ({', '.join(marks)})" if marks else ""
    )


def task_page(found: Thing, memories: Sequence[Thing] = ()) -> str:
    """All that whoever works on it must know."""
    lines = [task(found)]
    if goal := found["objective"]:
        lines.append(f"for {goal['id']} {one_line(goal['title'])}")
    if lease := found["lease"]:
        lines.append(f"held by @{lease['agent']['name']} until {minute(lease['expiresAt'])}, fence {lease['fence']}")
    lines += [f"waits: {one_line(wait['reason'])}" for wait in found["waitingOn"]]
    lines += [f"waits for this: {one['task']['id']} {one_line(one['task']['title'])}" for one in _waiting(found)]
    lines += [f"subtask: {one['id']} {one['status']} {one_line(one['title'])}" for one in found["subtasks"]]
    if found["criteria"]:
        lines += ["criteria:", *map(_criterion, found["criteria"])]
    if found["role"]:
        lines.append(f"role: {one_line(found['role'])}")
    for heading, text in _texts(found).items():
        if text.strip():
            lines += [f"{heading}:", quoted(text)]
    lines += [f"{one['kind']}: {one['url']} {one_line(one['title'])}".rstrip() for one in found["artifacts"]]
    return "\n".join([*lines, *map(memory, memories)])


def _texts(found: Thing) -> dict[str, str]:
    """What was written on it, under who wrote it when."""
    texts: dict[str, str] = {part: found[part] for part in ("instructions", "description", "notes", "result")}
    if handoff := found["handoff"]:
        texts[f"handoff of {name(handoff['author'])}, {minute(handoff['createdAt'])}"] = handoff["body"]
    for review in found["reviews"]:
        texts[f"{review['verdict']} by {name(review['reviewer'])}, {minute(review['createdAt'])}"] = review["comment"]
    for one in found["comments"]["nodes"]:
        if one["kind"] in {"NOTE", "PROGRESS", "DECISION", "SYSTEM"}:
            texts[f"{one['id']} {one['kind']} by {name(one['author'])}, {minute(one['createdAt'])}"] = one["body"]
    return texts


def memory(found: Thing) -> str:
    """T42 key (version 3): value."""
    import json

    value = json.dumps(found["value"], ensure_ascii=False)
    return f"{found['scope']} {found['key']} (version {found['version']}): {value}"


def comment(found: Thing) -> str:
    """Where it stands, and its words."""
    place = found["task"] or found["objective"]
    where = f" on {place['id']}" if place else ""
    head = f"{found['id']} {found['kind']}{where} by {name(found['author'])}, {minute(found['createdAt'])}"
    return f"{head}\n{quoted(found['body'])}"


def message(found: Thing) -> str:
    """From whom, to whom, and its words."""
    to = f"#{found['channel']['name']}" if found["channel"] else ", ".join(f"@{one['name']}" for one in found["to"])
    head = f"{found['id']} {name(found['from'])} to {to}, {minute(found['createdAt'])}"
    return f"{head}\n{quoted(found['body'])}"


def inbox_item(found: Thing) -> str:
    """I31 DIRECT (T42): what it is."""
    about = f" ({found['task']['id']})" if found["task"] else ""
    lines = [f"{found['id']} {found['kind']}{about}: {one_line(found['summary'])}"]
    words = found["message"] or found["comment"]
    if words and one_line(words["body"]) not in lines[0]:
        lines.append(quoted(words["body"]))
    return "\n".join(lines)


def proposal(found: Thing) -> str:
    """What is asked, of whom, and how it stands."""
    options = " | ".join(found["options"])
    end = f", until {minute(found['closesAt'])}" if found["closesAt"] and found["status"] == "OPEN" else ""
    outcome = f" {found['outcome']}" if found["outcome"] else ""
    lines = [f"{found['id']} {found['kind']} {found['status']}{outcome} {one_line(found['title'])}: {options}{end}"]
    lines.append(f"asked by @{name(found['author'])}, {len(found['votes'])} of {found['quorum']} votes needed are in")
    lines += [f"waits: {task_['id']} {one_line(task_['title'])}" for task_ in found["tasks"]]
    lines += [f"@{name(one['agent'])}: {one['option']} {one_line(one['note'])}".rstrip() for one in found["votes"]]
    return "\n".join([*lines, quoted(found["body"])]).rstrip()


def key_result(found: Thing) -> str:
    """K5 Title: 3 of 0..10 unit (30 %)."""
    numbers = f"{found['current']:g} of {found['start']:g}..{found['target']:g}"
    return f"{found['id']} {one_line(found['title'])}: {numbers} {found['unit']}".rstrip() + (
        f" ({found['progress']:.0%})"
    )


def objective(found: Thing) -> str:
    """O12 ACTIVE 40 % Title (2 of 5 done, 1 ready)."""
    counts = found["counts"]
    some = [f"{counts['done']} of {counts['total'] - counts['cancelled']} done"]
    some += [f"{counts[part]} {part}" for part in ("ready", "doing", "blocked", "validating", "stale") if counts[part]]
    return f"{found['id']} {found['status']} {found['progress']:.0%} {one_line(found['title'])} ({', '.join(some)})"


def event(found: Thing) -> str:
    """When, what, who, about what."""
    about = [found[part] for part in ("task", "objective", "proposal", "message") if found[part]]
    return " ".join([minute(found["at"]), found["kind"], name(found["actor"]), *(one["id"] for one in about)])


def anything(found: Thing) -> str:
    """Whatever `gr show` and `gr search` find."""
    kind = found["__typename"]
    if kind in _PAGES:
        return _PAGES[kind](found)
    facts = {part: value for part, value in found.items() if part not in {"__typename", "id"} and value not in ([], "")}
    lines = [f"{found['id']} {kind} {facts.pop('name', facts.pop('title', ''))}".rstrip()]
    for part, value in facts.items():
        lines += (
            [f"{part}:", quoted(value)] if isinstance(value, str) and "\n" in value else [f"{part}: {_flat(value)}"]
        )
    return "\n".join(lines)


def found(thing: Thing) -> str:
    """What a search found, in a line."""
    words = thing.get("title") or thing.get("body") or thing.get("name") or ""
    facts = [thing[part] for part in ("priority", "status", "outcome") if thing.get(part)]
    place = thing.get("task") or thing.get("objective")
    facts += [f"on {place['id']}"] if place else []
    facts += [f"by {name(thing['from'])}"] if "from" in thing else []
    return " ".join([thing["id"], thing["__typename"], *facts, one_line(words)])


def _objective_page(found: Thing) -> str:
    lines = [objective(found), *map(key_result, found["keyResults"])]
    if found["description"]:
        lines.append(quoted(found["description"]))
    return "\n".join([*lines, *map(task, found["tasks"]["nodes"]), *map(_small_comment, found["comments"]["nodes"])])


def _small_comment(found: Thing) -> str:
    return f"{found['id']} {found['kind']} by {name(found['author'])}:\n{quoted(found['body'])}"


def _criterion(found: Thing) -> str:
    state = "met" if found["met"] else "open"
    if found["accepted"] is not None:
        state = "accepted" if found["accepted"] else "not accepted"
    evidence = f" ({one_line(found['evidence'])})" if found["evidence"] else ""
    return f"  {found['id']} {state}: {one_line(found['text'], 500)}{evidence}"


def _waiting(found: Thing) -> list[Thing]:
    return [one for one in found["dependents"] if one["open"] and one["kind"] == "BLOCKS"]


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        shown = value.get("id") or value.get("name")
        return str(shown) if shown else ", ".join(f"{part} {_flat(one)}" for part, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_flat, value))
    return one_line(str(value), 500)


_PAGES = {
    "Task": task_page,
    "Objective": _objective_page,
    "KeyResult": key_result,
    "Comment": comment,
    "Message": message,
    "InboxItem": inbox_item,
    "Proposal": proposal,
    "Event": event,
}
