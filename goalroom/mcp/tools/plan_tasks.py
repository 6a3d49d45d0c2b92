"""plan_tasks: make tasks, all or none, in an objective that is there or made."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goalroom.mcp import task_text
from goalroom.mcp.api import Api, Refusal, ask, bad_argument, given
from goalroom.mcp.call import Call
from goalroom.mcp.task_text import TASK_LINE
from goalroom.mcp.text import MOST_LINES, compact, count, next_call

_CREATE = "mutation ($input: CreateTasksInput!) { createTasks(input: $input) { ...TaskLine } }" + TASK_LINE
_ROOT_OBJECTIVES = """
query ($room: ID, $after: String) {
  room(room: $room) {
    objectives(first: 50, after: $after) {
      nodes { id title status subtree(depth: 20) { id title status } }
      pageInfo { endCursor hasNextPage }
    }
  }
}
"""
_CREATE_OBJECTIVE = "mutation ($input: CreateObjectiveInput!) { createObjective(input: $input) { id status } }"
_UPDATE_OBJECTIVE = "mutation ($input: UpdateObjectiveInput!) { updateObjective(input: $input) { id } }"
_OBJECTIVE = "query ($id: ID!) { objective(id: $id) { id room { id } keyResults { title } } }"
_ROOM_OF = """
query ($id: ID!) { node(id: $id) { ... on Task { room { id } } ... on Objective { room { id } } } }
"""
_ADD_KEY_RESULT = "mutation ($input: CreateKeyResultInput!) { createKeyResult(input: $input) { id } }"
_OBJECTIVE_ID = re.compile(r"[Oo]\d+")
_TASK_ID = re.compile(r"[Tt]\d+")
_OPEN = ("DRAFT", "ACTIVE")
# As createTask names them.
_SAME = ("title", "description", "criteria", "priority", "assignee", "reviewer", "instructions", "labels")
_FIELDS = (*_SAME, "capabilities", "track", "resources")


async def run(call: Call, arguments: Mapping[str, Any]) -> str:
    """Their ids by ref, and which are ready."""
    planned = arguments["tasks"]
    if not planned:
        raise bad_argument("tasks", "`tasks` is empty: send at least one, like {title, criteria}.")
    if "keyResults" in arguments and "objective" not in arguments:
        raise bad_argument("keyResults", "`keyResults` are of an `objective`: send its id or title.")
    batch = [*_batch(arguments)]
    room = arguments.get("room") or await _room(call.api, arguments)
    objective, is_new = await _objective(call.api, arguments, room)
    for one in batch:
        one["task"] |= given(objective=objective)
    sent = given(room=room, tasks=batch, idempotencyKey=arguments.get("key"))
    try:
        made = (await ask(call.api, _CREATE, input=sent))["createTasks"]
    except Refusal:
        if is_new:
            # All or none: an objective that has nothing in it was not asked for.
            undone = {"id": objective, "status": "CANCELLED", "archived": True}
            await ask(call.api, _UPDATE_OBJECTIVE, input=undone)
        raise
    if objective and not is_new:
        await _add_key_results(call.api, objective, arguments)
    return "\n".join(_shown(planned, made, objective, is_new=is_new))


def _batch(arguments: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    refs = {one["ref"] for one in arguments["tasks"] if "ref" in one}
    parent = arguments.get("parent", "")
    rest = given(parent=parent if _TASK_ID.fullmatch(parent) else None, discoveredFrom=arguments.get("discoveredFrom"))
    for at, one in enumerate(arguments["tasks"]):
        for name in one.get("after", ()):
            if name not in refs and not _TASK_ID.fullmatch(name):
                known = f"; the refs are {compact(sorted(refs))}" if refs else ""
                raise bad_argument(f"tasks[{at}].after", f"No task of this plan has the ref {compact(name)}{known}.")
        after = one.get("after", ())
        task = {name: one[name] for name in _FIELDS if name in one} | rest
        task |= given(dependsOn=[name for name in after if name not in refs] or None)
        yield given(ref=one.get("ref"), dependsOnRefs=[name for name in after if name in refs] or None, task=task)


async def _room(api: Api, arguments: Mapping[str, Any]) -> str | None:
    """The room of what it names by id, where it names no room."""
    for name in ("objective", "parent", "discoveredFrom"):
        thing = arguments.get(name, "")
        if _OBJECTIVE_ID.fullmatch(thing) or _TASK_ID.fullmatch(thing):
            found = (await ask(api, _ROOM_OF, id=thing))["node"]
            return str(found["room"]["id"])
    return None


async def _objective(api: Api, arguments: Mapping[str, Any], room: str | None) -> tuple[str | None, bool]:
    """The objective of the tasks, and whether it was made for them."""
    wanted, parent = arguments.get("objective"), arguments.get("parent", "")
    if wanted is None:
        if _OBJECTIVE_ID.fullmatch(parent):
            raise bad_argument("parent", f"{parent} is above a new objective: send `objective`, the title of it.")
        return None, False
    if not _OBJECTIVE_ID.fullmatch(wanted):
        if found := await _open_objective(api, room, wanted):
            return found, False
        new = given(
            room=room,
            title=wanted,
            parent=parent if _OBJECTIVE_ID.fullmatch(parent) else None,
            keyResults=arguments.get("keyResults"),
            idempotencyKey=arguments.get("key"),
        )
        made = (await ask(api, _CREATE_OBJECTIVE, input=new))["createObjective"]
        if made["status"] == "CANCELLED":
            # Of the same key, when it was refused for its tasks.
            await ask(api, _UPDATE_OBJECTIVE, input={"id": made["id"], "status": "ACTIVE", "archived": False})
        return made["id"], True
    return wanted, False


async def _open_objective(api: Api, room: str | None, title: str) -> str | None:
    """The objective of exactly this title that is not finished, the oldest where there are several."""
    after = None
    while True:
        page = (await ask(api, _ROOT_OBJECTIVES, room=room, after=after))["room"]["objectives"]
        for root in page["nodes"]:
            for one in (root, *root["subtree"]):
                if one["title"] == title and one["status"] in _OPEN:
                    return str(one["id"])
        if not page["pageInfo"]["hasNextPage"]:
            return None
        after = page["pageInfo"]["endCursor"]


async def _add_key_results(api: Api, objective: str, arguments: Mapping[str, Any]) -> None:
    """Those that the objective does not have by their titles."""
    if wanted := arguments.get("keyResults"):
        known = {one["title"] for one in (await ask(api, _OBJECTIVE, id=objective))["objective"]["keyResults"]}
        for one in wanted:
            if one["title"] not in known:
                await ask(api, _ADD_KEY_RESULT, input={"objective": objective, "keyResult": one})


def _shown(
    planned: Sequence[Mapping[str, Any]], made: Sequence[Mapping[str, Any]], objective: str | None, *, is_new: bool
) -> Iterable[str]:
    if objective:
        yield f"{objective} has {count(len(made), 'new task')}" + (" and was made for them" if is_new else "")
    for one, task in [*zip(planned, made, strict=True)][:MOST_LINES]:
        yield f"{task['id']} {task_text.state(task)}" + (f", ref {compact(one['ref'])}" if "ref" in one else "")
    if len(made) > MOST_LINES:
        left = f"Left out: {len(made) - MOST_LINES} tasks, {made[MOST_LINES]['id']} to {made[-1]['id']};"
        yield f"{left} look_up {compact({'view': 'tree'})}"
    yield next_call("check_in")
