"""Taking a task or a review, and staying its holder."""

import time
from typing import Any

from goalroom_client import documents, text_lines
from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.commands.waiting import wait_argument
from goalroom_client.failures import DONE, NOTHING, Failure, bad_usage
from goalroom_client.input_texts import filled, key, seconds

_CLAIM = (
    "task { ...TaskFields } lease { agent { name } session { label } fence claimedAt expiresAt } "
    "nothing { reason todo waiting assignedToOthers needCriteria missingCapabilities wipLimitReached paused retryAt }"
)
_CLAIM_NEXT = f"mutation($input: ClaimNextTaskInput) {{ claimNextTask(input: $input) {{ {_CLAIM} }} }}" + documents.TASK
_CLAIM_TASK = f"mutation($input: ClaimTaskInput!) {{ claimTask(input: $input) {{ {_CLAIM} }} }}" + documents.TASK
_CLAIM_REVIEW = (
    "mutation($input: ClaimNextReviewInput) { claimNextReview(input: $input) { ...TaskFields } }" + documents.TASK
)
_REVIEWER = "query($id: ID!) { me { name } task(id: $id) { id status reviewer { name } } }"
_TAKE_REVIEW = "mutation($input: AssignTaskInput!) { assignTask(input: $input) { ...TaskFields } }" + documents.TASK
_MEMORIES = "query($scope: ID!) { memories(scope: $scope) { ...MemoryFields } }" + documents.MEMORY
_CURSOR = "query($room: ID) { briefing(room: $room) { cursor } }"
_SUBMISSIONS = (
    "subscription($room: ID, $after: String) {"
    " events(room: $room, after: $after, kinds: [TASK_SUBMITTED, TASK_ASSIGNED]) { cursor } }"
)
# As long as the server waits, with time for its answer.
_LONGEST_POLL_S = 50


def claim(call: Call) -> Answer:
    options = call.options
    if options.review:
        if options.criterion or options.objective or options.label or options.lease:
            raise bad_usage("--review goes with --wait alone: a review has no lease, and its task has its criteria.")
        return _review(call)
    if options.task is None:
        if options.criterion:
            raise bad_usage("--criterion needs the task whose criteria they are: gr claim T42 --criterion TEXT")
        return _next(call)
    if options.objective or options.label or options.wait:
        raise bad_usage("--objective, --label and --wait choose among tasks: leave out the id, or them.")
    given = {"criteria": options.criterion, "session": call.session, "leaseSeconds": options.lease}
    return _claimed(call, call.create(_CLAIM_TASK, task=options.task, **filled(**given)))


def _next(call: Call) -> Answer:
    options, wait = call.options, call.options.wait or 0
    given = filled(
        room=call.room,
        objective=options.objective,
        labels=options.label,
        session=call.session,
        leaseSeconds=options.lease,
        idempotencyKey=key(options.key),
    )
    end = time.monotonic() + wait
    # At once, so that a server which is away from the beginning is not waited for; later it is.
    answer = call.create(_CLAIM_NEXT, **given)
    while not answer["task"] and (left := round(end - time.monotonic())) >= 1:
        polled = min(left, _LONGEST_POLL_S)
        try:
            answer = call.api.ask(_CLAIM_NEXT, waits=polled, input=given | {"waitSeconds": polled})["claimNextTask"]
        except Failure as failure:
            if not failure.retryable:
                raise
            time.sleep(1)
    return _claimed(call, answer)


def _claimed(call: Call, answer: dict[str, Any]) -> Answer:
    if answer["task"] is None:
        nothing = answer["nothing"]
        later = f"\nAsk again at {nothing['retryAt']}" if nothing["retryAt"] else ""
        return Answer(answer, f"Nothing to claim: {nothing['reason']}{later}", NOTHING)
    return Answer(answer, _page(call, answer["task"]))


def _review(call: Call) -> Answer:
    task = _named_review(call) if call.options.task else _next_review(call)
    found = {"task": task, "lease": None, "nothing": None}
    if task is None:
        return Answer(found, "Nothing waits for your review.", NOTHING)
    return Answer(found, f"{_page(call, task)}\nVerdict: gr review {task['id']} approve|changes COMMENT")


def _named_review(call: Call) -> Any:
    """The review of the task, where nobody has it yet."""
    found = call.ask(_REVIEWER, id=call.options.task)
    task, me = found["task"], found["me"]["name"]
    if task["status"] != "VALIDATING":
        raise Failure(
            "WRONG_STATUS",
            f"{task['id']} is {task['status']}, and nothing of it waits for a review.",
            "Take another: gr claim --review",
            {"task": task["id"], "status": task["status"], "allowed": ["VALIDATING"]},
        )
    if task["reviewer"] and task["reviewer"]["name"] != me:
        raise Failure(
            "FORBIDDEN",
            f"{task['id']} is reviewed by @{task['reviewer']['name']}.",
            "Take another: gr claim --review",
            {"task": task["id"], "reviewer": task["reviewer"]["name"]},
        )
    return call.create(_TAKE_REVIEW, task=task["id"], reviewer=me)


def _next_review(call: Call) -> Any:
    """The oldest submission; with --wait, what comes in meanwhile."""
    wait, after = call.options.wait, None
    end = time.monotonic() + (wait or 0)
    if wait:
        # Before the first look, so that no submission falls between it and the stream.
        after = call.ask(_CURSOR, room=call.room)["briefing"]["cursor"]
    if (found := call.create(_CLAIM_REVIEW, **filled(room=call.room))) or not wait:
        return found
    from goalroom_client.event_stream import follow

    left = max(end - time.monotonic(), 0)
    for _ in follow(call.api, _SUBMISSIONS, seconds=left, room=call.room, after=after):
        if found := call.create(_CLAIM_REVIEW, **filled(room=call.room)):
            return found
    return None


def _page(call: Call, task: dict[str, Any]) -> str:
    if call.options.json:
        return ""
    return text_lines.task_page(task, call.ask(_MEMORIES, scope=task["id"])["memories"])


COMMANDS = {
    "claim": Command(
        claim,
        (
            arg("task", nargs="?", metavar="T42", help="this one; else the best that is ready for you"),
            arg("--review", action="store_true", help="a submission to review, instead of a task to work on"),
            wait_argument("for one"),
            arg("--criterion", action="append", metavar="TEXT", help="sets the criteria of a task that has none"),
            arg(
                "--lease", type=seconds, metavar="30m", help="how long without a sign of life; the room's, if left out"
            ),
            arg("--objective", metavar="O1", help="only from this objective's subtree"),
            arg("--label", action="append", metavar="L", help="only tasks that have all of these"),
            arg("--key", metavar="KEY", help="the same key again is the same claim while you hold it"),
        ),
        f"Ends with {NOTHING} where there is nothing to take, and with {DONE} when you have it",
    ),
}
