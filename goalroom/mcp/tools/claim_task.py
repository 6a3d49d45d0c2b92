"""claim_task: take a task or a review, and get all that is needed to begin."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from goalroom.mcp import task_text
from goalroom.mcp.api import Refusal, ask, bad_argument, given
from goalroom.mcp.call import SESSION, Call
from goalroom.mcp.task_text import TASK, TASK_LINE
from goalroom.mcp.text import compact, labelled, minute, next_call

_FRAGMENTS = TASK_LINE + TASK
_CLAIM = "mutation ($input: ClaimTaskInput!) { claimTask(input: $input) { task { ...WholeTask } } }" + _FRAGMENTS
_CLAIM_NEXT = (
    """
mutation ($input: ClaimNextTaskInput!) {
  claimNextTask(input: $input) {
    task { ...WholeTask }
    nothing { reason needCriteria missingCapabilities retryAt }
  }
}
"""
    + _FRAGMENTS
)
_CLAIM_REVIEW = (
    "mutation ($input: ClaimNextReviewInput!) { claimNextReview(input: $input) { ...WholeTask } }" + _FRAGMENTS
)
_TAKE_REVIEW = "mutation ($input: AssignTaskInput!) { assignTask(input: $input) { ...WholeTask } }" + _FRAGMENTS
_TO_REVIEW = "query ($task: ID!) { me { id name } task(id: $task) { ...WholeTask } }" + _FRAGMENTS
_CRITERIA = "query ($task: ID!) { task(id: $task) { criteria { id } } }"
_WITHOUT_CRITERIA = """
query ($room: ID, $filter: TaskFilter!) {
  me { name }
  room(room: $room) { tasks(filter: $filter, first: 50) { nodes { id assignee { name } waitingOn { kind } } } }
}
"""
_MEMORIES = """
query ($scope: ID!) { memories(scope: $scope, first: 26) { key value version updatedAt expiresAt author { name } } }
"""
# Nobody tells of a submission that names no reviewer: whoever waits for one looks so often.
_LOOK_SECONDS = 2
# Of a task that somebody was faster to take, or that came to wait for something.
_GONE = frozenset({"ALREADY_CLAIMED", "ASSIGNED_TO_OTHER", "NOT_READY", "WRONG_STATUS", "MISSING_CAPABILITIES"})


async def run(call: Call, arguments: Mapping[str, Any]) -> str:
    """The task and what is known of it; or why there is nothing, and when to ask again."""
    if arguments.get("kind") == "review":
        return await _review(call, arguments)
    if task := arguments.get("task"):
        return await _begin(call, await _claim(call, task, arguments))
    wanted = given(
        room=arguments.get("room"),
        objective=arguments.get("objective"),
        labels=arguments.get("labels"),
        leaseSeconds=_lease(arguments),
        waitSeconds=arguments.get("waitSeconds"),
        idempotencyKey=arguments.get("key"),
        session=SESSION,
    )
    claim = (await ask(call.api, _CLAIM_NEXT, input=wanted))["claimNextTask"]
    if claim["task"]:
        return await _begin(call, claim["task"])
    if arguments.get("criteria") and claim["nothing"]["needCriteria"]:
        async for candidate in _without_criteria(call, arguments):
            try:
                return await _begin(call, await _claim(call, candidate, arguments))
            except Refusal as refusal:
                if refusal.code not in _GONE:
                    raise
    return _nothing(claim["nothing"])


async def _claim(call: Call, task: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    criteria = arguments.get("criteria")
    if criteria and (await ask(call.api, _CRITERIA, task=task))["task"]["criteria"]:
        criteria = None
    wanted = given(task=task, criteria=criteria, leaseSeconds=_lease(arguments), session=SESSION)
    claimed: Mapping[str, Any] = (await ask(call.api, _CLAIM, input=wanted))["claimTask"]["task"]
    return claimed


async def _without_criteria(call: Call, arguments: Mapping[str, Any]) -> AsyncIterator[str]:
    """Tasks that wait for criteria alone, best first."""
    wanted = given(statuses=["TODO"], objective=arguments.get("objective"), labels=arguments.get("labels"))
    seen = await ask(call.api, _WITHOUT_CRITERIA, room=arguments.get("room"), filter=wanted)
    for task in seen["room"]["tasks"]["nodes"]:
        is_open = task["assignee"] is None or task["assignee"]["name"] == seen["me"]["name"]
        if is_open and {wait["kind"] for wait in task["waitingOn"]} == {"CRITERIA"}:
            yield task["id"]


async def _begin(call: Call, task: Mapping[str, Any]) -> str:
    memories = (await ask(call.api, _MEMORIES, scope=task["id"]))["memories"]
    results = [{"id": one["id"], "met": True, "evidence": "HOW IT SHOWS"} for one in task["criteria"][:1]]
    rest = {"criteria": results} if results else {}
    end = next_call("submit_task", task=task["id"], summary="WHAT CAME OF IT", **rest)
    said = next_call("update_task", task=task["id"], progress="WHAT YOU DID")
    return "\n".join([*task_text.whole(task, memories), f"{said} as you work", f"{end} at its end"])


async def _review(call: Call, arguments: Mapping[str, Any]) -> str:
    for name in ("objective", "labels", "criteria", "leaseMinutes"):
        if name in arguments:
            raise bad_argument(name, f"`{name}` goes with tasks, not with reviews.")
    if task := arguments.get("task"):
        return _judge(await _take_review(call, task))
    deadline = call.now() + arguments.get("waitSeconds", 0)
    while True:
        found = (await ask(call.api, _CLAIM_REVIEW, input=given(room=arguments.get("room"))))["claimNextReview"]
        if found:
            return _judge(found)
        rest = deadline - call.now()
        if rest <= 0 or call.is_cancelled:
            later = next_call("check_in", waitSeconds=50)
            return f"Nothing to review: no submission waits for a verdict of yours.\n{later}"
        await call.pause(min(_LOOK_SECONDS, rest))


async def _take_review(call: Call, task: str) -> Mapping[str, Any]:
    """The submission, which waits for the caller from now on, unless it waits for somebody else."""
    seen = await ask(call.api, _TO_REVIEW, task=task)
    found: Mapping[str, Any] = seen["task"]
    if found["status"] != "VALIDATING":
        facts = {"id": found["id"], "status": found["status"], "allowed": ["VALIDATING"]}
        raise Refusal("WRONG_STATUS", f"{found['id']} is {found['status']}; this requires VALIDATING.", facts=facts)
    reviewer = found["reviewer"]
    if reviewer and reviewer["name"] != seen["me"]["name"]:
        hint = "claim_task with kind review takes another"
        raise Refusal("FORBIDDEN", f"{found['id']} waits for the verdict of @{reviewer['name']}.", hint)
    if reviewer:
        return found
    taken: Mapping[str, Any] = (
        await ask(call.api, _TAKE_REVIEW, input={"task": found["id"], "reviewer": seen["me"]["id"]})
    )["assignTask"]
    return taken


def _judge(task: Mapping[str, Any]) -> str:
    approve = next_call("review_task", task=task["id"], verdict="approve", comment="WHY")
    changes = next_call("review_task", task=task["id"], verdict="changes", comment="WHAT IS MISSING")
    return "\n".join([*task_text.submission(task), f"{approve}, or", changes])


def _nothing(nothing: Mapping[str, Any]) -> str:
    # Capabilities are words of others.
    missing = nothing["missingCapabilities"]
    reason = nothing["reason"].replace(f" ({', '.join(missing)})", "")
    reason = reason.replace("(setCriteria)", "(claim_task with task and criteria)")
    lines = [f"Nothing to claim: {reason}"]
    if missing:
        lines += labelled("capabilities that you don't have", compact(missing))
    if nothing["retryAt"]:
        lines.append(f"Something is known to change at {minute(nothing['retryAt'])}.")
    return "\n".join([*lines, next_call("check_in", waitSeconds=50)])


def _lease(arguments: Mapping[str, Any]) -> int | None:
    minutes = arguments.get("leaseMinutes")
    return None if minutes is None else 60 * minutes
