"""What a holder says and does, up to handing it in; and what others do with the task."""

from typing import Any

from goalroom_client import documents, text_lines
from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.failures import bad_usage
from goalroom_client.input_texts import filled, ids, key, moment, text

_COMMENT = "mutation($input: AddCommentInput!) { addComment(input: $input) { ...CommentFields } }" + documents.COMMENT
_RULE = "query($id: ID!) { task(id: $id) { room { settings { requireReview } } } }"
_ESCALATE = "mutation($input: EscalateInput!) { escalate(input: $input) { ...ProposalFields } }" + documents.PROPOSAL
_REFLECT = """
mutation($input: ReflectInput!) {
  reflect(input: $input) { id author { name } task { id } worked didNotWork change tags createdAt }
}
"""

_TASK = arg("task", metavar="T42", help="the task")
_KEY = arg("--key", metavar="KEY", help="the same key again gets the first answer, and nothing is done twice")
_FENCE = arg("--fence", type=int, metavar="N", help="the claim that you mean: refused where it is an older one")


def say(call: Call) -> Answer:
    options = call.options
    kind = "PROGRESS" if options.progress else "DECISION" if options.decision else "NOTE"
    found = call.create(_COMMENT, on=options.on, body=text(options.text), kind=kind, idempotencyKey=key(options.key))
    return Answer(found, f"{found['id']} {found['kind']} on {options.on}")


def note(call: Call) -> Answer:
    options = call.options
    given = {"text": text(options.text), "append": not options.replace}
    return _task(call, "writeNotes", "WriteNotesInput", once=not options.replace, **given)


def block(call: Call) -> Answer:
    options = call.options
    on = ids(options.on)
    if not on and not options.reason:
        raise bad_usage("What does it wait for? --on T7, --reason TEXT, or both.")
    reason = text(options.reason) if options.reason else f"Waits for {', '.join(on)}"
    return _task(call, "blockTask", "BlockTaskInput", once=False, reason=reason, dependsOn=on)


def unblock(call: Call) -> Answer:
    return _task(call, "unblockTask", "UnblockTaskInput", once=True)


def ask(call: Call) -> Answer:
    options = call.options
    given = filled(
        options=options.option,
        closesAt=moment(options.closes) if options.closes else None,
        defaultOption=options.default,
        fence=options.fence,
    )
    question = text(options.question)
    found = call.create(_ESCALATE, task=options.task, question=question, idempotencyKey=key(options.key), **given)
    return Answer(found, f"{text_lines.proposal(found)}\nYou are told when it is decided: gr brief --wait 10m")


def release(call: Call) -> Answer:
    options = call.options
    handoff = filled(
        done=text(options.done),
        pending=text(options.pending),
        gotchas=text(options.gotchas) if options.gotchas else None,
    )
    if options.to:
        if options.fence is not None:
            raise bad_usage("--fence goes without --to.")
        return _task(call, "assignTask", "AssignTaskInput", once=True, assignee=options.to, handoff=handoff)
    return _task(call, "releaseTask", "ReleaseTaskInput", once=True, handoff=handoff)


def submit(call: Call) -> Answer:
    options = call.options
    task = call.ask(_RULE, id=options.task)["task"]
    act = "submitTask" if task["room"]["settings"]["requireReview"] else "completeTask"
    met = [_met(given) for given in options.met]
    urls = [{"url": url} for url in options.made]
    summary = text(options.summary)
    return _task(call, act, "SubmitTaskInput", once=True, summary=summary, criteria=met, artifacts=urls)


def review(call: Call) -> Answer:
    options = call.options
    given = {
        "verdict": "APPROVED" if options.verdict == "approve" else "CHANGES_REQUESTED",
        "comment": text(options.comment),
        "criteria": [{"id": one, "accepted": False} for one in ids(options.reject)],
    }
    return _task(call, "reviewTask", "ReviewTaskInput", once=True, **given)


def reflect(call: Call) -> Answer:
    options = call.options
    given = filled(task=options.task, tags=options.tag, room=call.room)
    found = call.create(
        _REFLECT,
        worked=text(options.worked),
        didNotWork=text(options.did_not_work),
        change=text(options.change),
        idempotencyKey=key(options.key),
        **given,
    )
    return Answer(found, f"{found['id']} kept" + (f" on {options.task}" if options.task else ""))


def cancel(call: Call) -> Answer:
    return _task(call, "cancelTask", "CancelTaskInput", once=True, reason=text(call.options.reason))


def reopen(call: Call) -> Answer:
    return _task(call, "reopenTask", "ReopenTaskInput", once=True, reason=text(call.options.reason))


def _task(call: Call, act: str, kind: str, /, *, once: bool, **given: Any) -> Answer:
    """What the act makes of the task; `once` where a second time would not be the same."""
    document = f"mutation($input: {kind}!) {{ {act}(input: $input) {{ ...TaskFields }} }}" + documents.TASK
    do = call.write if once else call.create
    fence = getattr(call.options, "fence", None)
    found = do(document, task=call.options.task, **filled(fence=fence, **given))
    lines = [text_lines.task(found)]
    lines += [f"waits: {text_lines.one_line(wait['reason'])}" for wait in found["waitingOn"]]
    return Answer(found, "\n".join(lines))


def _met(given: str) -> dict[str, Any]:
    criterion, equals, evidence = given.partition("=")
    if not equals or not evidence:
        raise bad_usage(f"--met {given}: it must be Q1=EVIDENCE.", "The ids of the criteria: gr show T42")
    return {"id": criterion.strip(), "met": True, "evidence": text(evidence)}


COMMANDS = {
    "say": Command(
        say,
        (
            arg("on", metavar="T42", help="the task or objective"),
            arg("text", metavar="TEXT", help="the words; `-` is standard input, `@FILE` a file"),
            arg("--progress", action="store_true", help="counts as progress, so that the task isn't stale"),
            arg("--decision", action="store_true", help="what was decided, and why"),
            _KEY,
        ),
        "A PROGRESS comment keeps a held task from being taken back",
    ),
    "note": Command(
        note,
        (
            _TASK,
            arg("text", metavar="TEXT", help="what any next session must know; `-` is standard input, `@FILE` a file"),
            arg("--replace", action="store_true", help="instead of what stands there; else below it"),
            _FENCE,
        ),
    ),
    "block": Command(
        block,
        (
            _TASK,
            arg("--on", action="append", default=[], metavar="T7", help="waits for this task; repeat it for others"),
            arg("--reason", metavar="TEXT", help="in words; alone it holds until `gr unblock`"),
            _FENCE,
        ),
    ),
    "unblock": Command(unblock, (_TASK,)),
    "ask": Command(
        ask,
        (
            _TASK,
            arg("question", metavar="QUESTION", help="`-` is standard input, `@FILE` a file"),
            arg("--option", action="append", metavar="A", help="an answer to choose; yes and no, if left out"),
            arg("--closes", metavar="WHEN", help="2h from now, or a time"),
            arg("--default", metavar="A", help="what holds where nobody decided until then"),
            _FENCE,
            _KEY,
        ),
        "People decide; the task is BLOCKED until they did",
    ),
    "release": Command(
        release,
        (
            _TASK,
            arg("--done", required=True, metavar="TEXT", help="what is done"),
            arg("--pending", required=True, metavar="TEXT", help="what is not"),
            arg("--gotchas", metavar="TEXT", help="what to watch out for"),
            arg("--to", metavar="AGENT", help="hands it to this agent; else it is anybody's"),
            _FENCE,
        ),
    ),
    "submit": Command(
        submit,
        (
            _TASK,
            arg("summary", metavar="SUMMARY", help="what came of it; `-` is standard input, `@FILE` a file"),
            arg("--met", action="append", default=[], metavar="Q1=EVIDENCE", help="one for each criterion"),
            arg(
                "--url",
                dest="made",
                action="append",
                default=[],
                metavar="URL",
                help="what was made, such as a pull request; the server's --url stands before the command",
            ),
            _FENCE,
        ),
        "It waits for a reviewer, or is done where the room asks for no review",
    ),
    "review": Command(
        review,
        (
            _TASK,
            arg("verdict", choices=("approve", "changes"), help="done, or back to its author"),
            arg("comment", metavar="COMMENT", help="`-` is standard input, `@FILE` a file"),
            arg("--reject", action="append", default=[], metavar="Q1", help="a criterion that isn't met"),
        ),
    ),
    "reflect": Command(
        reflect,
        (
            arg("task", nargs="?", metavar="T42", help="what it was about"),
            arg("--worked", required=True, metavar="TEXT", help="what worked; may be empty"),
            arg("--did-not-work", required=True, metavar="TEXT", help="what didn't"),
            arg("--change", required=True, metavar="TEXT", help="what should be done differently"),
            arg("--tag", action="append", metavar="TAG", help="what it is about, in a word"),
            _KEY,
        ),
    ),
    "cancel": Command(cancel, (_TASK, arg("reason", metavar="REASON", help="why"))),
    "reopen": Command(reopen, (_TASK, arg("reason", metavar="REASON", help="why"))),
}
