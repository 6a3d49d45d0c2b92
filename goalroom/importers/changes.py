"""What changed in a file since it was last placed, and what of that a room can follow: never over its own changes."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from db.operations import import_memory
from db.operations.import_memory import Memory, digest
from db.operations.import_plan import NewComment, NewObjective, NewTask
from goalroom.importers.issues import File, Issue

# What is not taken from who works on a task.
_OF_THE_HOLDER = frozenset({"status", "criteria", "assignee"})


@dataclass(slots=True)
class Comparison:
    """Parts that the room follows in, and those that were changed here too; then what is to be remembered."""

    taken: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    # Of what was imported before anything was remembered: where the room says something else.
    unknown: set[str] = field(default_factory=set)
    parts: dict[str, str] = field(default_factory=dict)
    placed: dict[str, str] = field(default_factory=dict)

    def leave(self, memory: Memory, part: str) -> None:
        """Do not follow in it after all."""
        self.taken.remove(part)
        for kept, remembered in ((self.parts, memory.parts), (self.placed, memory.placed)):
            kept.pop(part, None)
            if part in remembered:
                kept[part] = remembered[part]


def said(file: File) -> dict[str, str]:
    """A digest of all that the file says of each issue."""
    return {key: _said(file, issue) for key, issue in file.issues.items()}


def _said(file: File, issue: Issue) -> str:
    fields = issue.model_dump(include=set(type(issue).model_fields) - {"line"})
    # A parent that was missing, and is there now, is another place.
    return digest(fields, [parent for parent in issue.parents if parent in file.issues])


def compare(
    memory: Memory, now: Mapping[str, str], said: Mapping[str, str], wanted: Mapping[str, str], *, held: bool = False
) -> Comparison:
    """`said` is what the file says of each part, `wanted` what that is in the room, and `now` what is there."""
    found = Comparison(parts=dict(memory.parts), placed=dict(memory.placed))
    for part, says in said.items():
        remembered = memory.parts.get(part)
        if remembered == says:
            continue
        if now[part] == wanted[part]:
            # Both came to the same.
            pass
        elif remembered is None:
            found.unknown.add(part)
        elif now[part] != memory.placed.get(part, remembered) or (held and part in _OF_THE_HOLDER):
            found.conflicts.add(part)
            continue
        else:
            found.taken.add(part)
        found.parts[part], found.placed[part] = says, wanted[part]
    if "status" in found.conflicts and "criteria" in found.taken:
        # They are met because the task is finished there.
        found.leave(memory, "criteria")
        found.conflicts.add("criteria")
    return found


def task_wanted(new: NewTask) -> dict[str, str]:
    """What each part of the task is once it is placed."""
    return import_memory.task_parts(
        title=new.title,
        description=new.description,
        status=new.status,
        result=new.result,
        blocked_reason=new.blocked_reason,
        priority=new.priority,
        labels=new.labels,
        criteria=new.criteria,
        assignee=new.assignee,
        notes=new.notes,
        estimate_minutes=new.estimate_minutes,
        not_before=new.not_before,
        due_at=new.due_at,
    )


def objective_wanted(new: NewObjective) -> dict[str, str]:
    """Likewise of an objective."""
    return import_memory.objective_parts(
        title=new.title, description=new.description, status=new.status, owner=new.owner, due_at=new.due_at
    )


def task_said(issue: Issue, new: NewTask, wanted: Mapping[str, str], parent: str | None) -> dict[str, str]:
    """What the file says: its words for the status and the place, for what becomes of those depends on others too."""
    return {**wanted, "status": digest(issue.status, new.result), "place": digest(parent)}


def objective_said(issue: Issue, wanted: Mapping[str, str], parent: str | None) -> dict[str, str]:
    """Likewise of an objective."""
    return {**wanted, "status": digest(issue.status), "place": digest(parent)}


def comment_digest(new: NewComment) -> str:
    """Another one for each comment of an issue."""
    return digest(new.author, new.body, new.created_at)


def names(parts: AbstractSet[str]) -> str:
    """For people."""
    return ", ".join(part.replace("_", " ") for part in sorted(parts))
