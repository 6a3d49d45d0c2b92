"""submit_task and review_task: handing work in, and the verdict on it."""

from collections.abc import Mapping
from typing import Any

from goalroom.mcp import task_text
from goalroom.mcp.api import Refusal, ask, given
from goalroom.mcp.call import Call
from goalroom.mcp.task_text import TASK_LINE
from goalroom.mcp.text import next_call

_REFLECT = "mutation ($input: ReflectInput!) { reflect(input: $input) { id } }"
_SUBMIT = "mutation ($input: SubmitTaskInput!) { submitTask(input: $input) { ...TaskLine } }" + TASK_LINE
_COMPLETE = "mutation ($input: SubmitTaskInput!) { completeTask(input: $input) { ...TaskLine } }" + TASK_LINE
_REVIEW = "mutation ($input: ReviewTaskInput!) { reviewTask(input: $input) { ...TaskLine } }" + TASK_LINE
_SEEN = (
    """
query ($task: ID!) {
  me { name }
  task(id: $task) {
    ...TaskLine
    room { settings { requireReview } }
    submissions: comments(kinds: [SUBMISSION], last: 1) { nodes { author { name } } }
    reviews { verdict reviewer { name } }
  }
}
"""
    + TASK_LINE
)
_VERDICTS = {"approve": "APPROVED", "changes": "CHANGES_REQUESTED"}


async def submit(call: Call, arguments: Mapping[str, Any]) -> str:
    """Reflect where that is given, then submit, or complete where the room asks for no review."""
    seen = await ask(call.api, _SEEN, task=arguments["task"])
    task = seen["task"]
    if _is_handed_in(seen):
        return "\n".join([*task_text.line(task), "It is handed in already.", next_call("check_in")])
    done = []
    if reflection := arguments.get("reflection"):
        empty = {"worked": "", "didNotWork": "", "change": ""}
        await ask(call.api, _REFLECT, input={"task": task["id"], **empty, **reflection})
        done.append("Done before that: the reflection is kept.")
    sent = given(
        task=task["id"],
        summary=arguments["summary"],
        criteria=arguments.get("criteria"),
        artifacts=arguments.get("artifacts"),
    )
    try:
        answer = await ask(call.api, _SUBMIT if task["room"]["settings"]["requireReview"] else _COMPLETE, input=sent)
    except Refusal as refusal:
        refusal.done = done
        raise
    return "\n".join([*task_text.line(answer.popitem()[1]), next_call("check_in")])


async def review(call: Call, arguments: Mapping[str, Any]) -> str:
    """The verdict, and what becomes of the task."""
    verdict = _VERDICTS[arguments["verdict"]]
    rejected = [{"id": one, "accepted": False} for one in arguments.get("rejected", ())]
    seen = await ask(call.api, _SEEN, task=arguments["task"])
    more = [f"{next_call('claim_task', kind='review')}, or", next_call("check_in")]
    if _is_judged(seen, verdict):
        return "\n".join([*task_text.line(seen["task"]), "That was your verdict already.", *more])
    sent = given(task=seen["task"]["id"], verdict=verdict, comment=arguments.get("comment"), criteria=rejected or None)
    judged = (await ask(call.api, _REVIEW, input=sent))["reviewTask"]
    return "\n".join([*task_text.line(judged), *more])


def _is_handed_in(seen: Mapping[str, Any]) -> bool:
    """Whether the caller handed it in before: it would be refused, and its text kept as a comment."""
    authors = [one["author"] for one in seen["task"]["submissions"]["nodes"]]
    by = authors[0]["name"] if authors and authors[0] else None
    return seen["task"]["status"] in {"VALIDATING", "DONE"} and by == seen["me"]["name"]


def _is_judged(seen: Mapping[str, Any], verdict: str) -> bool:
    """Whether the caller judged it so before, and nothing was handed in since."""
    last = [(one["verdict"], one["reviewer"]["name"]) for one in seen["task"]["reviews"][-1:]]
    return seen["task"]["status"] != "VALIDATING" and last == [(verdict, seen["me"]["name"])]
