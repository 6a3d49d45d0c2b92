"""update_task: say how a task or an objective goes, and change it."""

from collections.abc import Iterable, Mapping
from typing import Any

from goalroom.mcp import node_text, task_text
from goalroom.mcp.api import Refusal, ask, bad_argument, given
from goalroom.mcp.call import Call
from goalroom.mcp.node_text import OBJECTIVE_LINE
from goalroom.mcp.task_text import TASK_LINE

_COMMENT = "mutation ($input: AddCommentInput!) { addComment(input: $input) { id } }"
_NOTES = "mutation ($input: WriteNotesInput!) { writeNotes(input: $input) { id } }"
_UNBLOCK = "mutation ($input: UnblockTaskInput!) { unblockTask(input: $input) { id } }"
_KEY_RESULT = "mutation ($input: UpdateKeyResultInput!) { updateKeyResult(input: $input) { id } }"
_TASK = "mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { id } }"
_OBJECTIVE = "mutation ($input: UpdateObjectiveInput!) { updateObjective(input: $input) { id } }"
_STATE = (
    """
query ($id: ID!) {
  node(id: $id) {
    __typename
    ... on Task { ...TaskLine }
    ... on Objective { ...ObjectiveLine }
  }
}
"""
    + TASK_LINE
    + OBJECTIVE_LINE
)
_KINDS = {"progress": "PROGRESS", "comment": "NOTE", "decision": "DECISION"}
_OF_TASKS_ALONE = ("notes", "replaceNotes", "unblock", "priority", "labels")

Step = tuple[str, str, dict[str, Any]]


async def run(call: Call, arguments: Mapping[str, Any]) -> str:
    """Each that is given, in the order of the arguments, and the state after it in a line."""
    thing = arguments["task"]
    is_objective = thing[:1] in {"O", "o"}
    if is_objective and (wrong := next((name for name in _OF_TASKS_ALONE if name in arguments), None)):
        raise bad_argument(wrong, f"`{wrong}` is of tasks, and {thing} is an objective.")
    done: list[str] = []
    for name, document, sent in _steps(arguments, thing, is_objective=is_objective):
        try:
            await ask(call.api, document, input=sent)
        except Refusal as refusal:
            if done:
                refusal.done = [f"Done before that: {', '.join(done)}. Not done: {name}, and what follows it."]
            raise
        done.append(name)
    found = (await ask(call.api, _STATE, id=thing))["node"]
    return _shown(found) + (f"; done: {', '.join(done)}" if done else "")


def _steps(arguments: Mapping[str, Any], thing: str, *, is_objective: bool) -> Iterable[Step]:
    for name, kind in _KINDS.items():
        if name in arguments:
            yield name, _COMMENT, {"on": thing, "kind": kind, "body": arguments[name]}
    if "notes" in arguments:
        yield "notes", _NOTES, {"task": thing, "text": arguments["notes"], "append": True}
    if "replaceNotes" in arguments:
        yield "replaceNotes", _NOTES, {"task": thing, "text": arguments["replaceNotes"], "append": False}
    if arguments.get("unblock"):
        yield "unblock", _UNBLOCK, {"task": thing}
    if "keyResult" in arguments:
        yield "keyResult", _KEY_RESULT, dict(arguments["keyResult"])
    names = ("title", "description") if is_objective else ("priority", "title", "description", "labels")
    if changes := given(**{name: arguments.get(name) for name in names}):
        yield ", ".join(changes), _OBJECTIVE if is_objective else _TASK, {"id": thing, **changes}


def _shown(found: Mapping[str, Any]) -> str:
    """The state in one line: whose title it is, is known."""
    if found["__typename"] == "Task":
        return task_text.line(found)[0]
    if found["__typename"] == "Objective":
        return node_text.objective_line(found)[0]
    raise bad_argument("task", "`task` must be the id of a task or an objective, like T42 or O1.")
