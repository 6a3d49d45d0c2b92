"""Making goals and tasks, and giving tasks to agents."""

import re
from typing import Any

from goalroom_client import documents, text_lines
from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.failures import bad_usage
from goalroom_client.input_texts import filled, ids, key, number, strict_json, text

_ADD = "mutation($input: CreateTaskInput!) { createTask(input: $input) { ...TaskFields } }" + documents.TASK
_PLAN = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { ...TaskLine } }" + documents.TASK_LINE
_ASSIGN = "mutation($input: AssignTaskInput!) { assignTask(input: $input) { ...TaskFields } }" + documents.TASK
_GOAL = (
    "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { ...ObjectiveLine description } }"
    + documents.OBJECTIVE_LINE
)
_MEASURE = (
    "mutation($input: UpdateKeyResultInput!) { updateKeyResult(input: $input) { ...KeyResultFields } }"
    + documents.KEY_RESULT
)
_NUMBER = r"-?\d+(?:\.\d+)?"
_KEY_RESULT = re.compile(rf"(?P<title>.+?)=(?:(?P<start>{_NUMBER})\.\.)?(?P<target>{_NUMBER})(?:\s+(?P<unit>.+))?")

_KEY = arg("--key", metavar="KEY", help="the same key again gets the first answer, and nothing is made twice")


def add(call: Call) -> Answer:
    options = call.options
    # A task may be under another one, too.
    under = {} if not options.under else {"parent" if options.under[:1] in "Tt" else "objective": options.under}
    found = call.create(
        _ADD,
        title=options.title,
        idempotencyKey=key(options.key),
        **under,
        **filled(
            room=call.room,
            description=text(options.description) if options.description else None,
            instructions=text(options.instructions) if options.instructions else None,
            dependsOn=ids(options.after),
            discoveredFrom=options.found_in,
            criteria=options.criterion,
            priority=options.priority,
            assignee=options.assignee,
            reviewer=options.reviewer,
            labels=options.label,
        ),
    )
    return Answer(found, text_lines.task(found))


def plan(call: Call) -> Answer:
    given = call.options.file
    lines = text(given if given == "-" else f"@{given.removeprefix('@')}").splitlines()
    tasks = [_line(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not tasks:
        raise bad_usage(f"There is no task in {given}.", 'A line looks like {"ref": "a", "task": {"title": "..."}}')
    room = filled(room=call.room)
    found = call.create(_PLAN, tasks=tasks, idempotencyKey=key(call.options.key), **room)
    return Answer(found, text_lines.joined(map(text_lines.task, found), ""))


def _line(number: int, line: str) -> Any:
    try:
        found = strict_json(line)
    except ValueError as error:
        raise bad_usage(f"Line {number} is no JSON: {error}.", "Correct the line; nothing was made.") from None
    if not isinstance(found, dict) or not isinstance(found.get("task"), dict):
        raise bad_usage(
            f"Line {number} has no task.",
            'A line looks like {"ref": "a", "dependsOnRefs": [], "task": {"title": "..."}}',
        )
    return found


def assign(call: Call) -> Answer:
    options = call.options
    given = filled(
        reviewer=options.reviewer,
        role=options.role,
        instructions=text(options.instructions) if options.instructions else None,
    )
    found = call.write(_ASSIGN, task=options.task, assignee=options.agent, **given)
    return Answer(found, text_lines.task(found))


def goal(call: Call) -> Answer:
    options = call.options
    given = filled(
        room=call.room,
        description=text(options.description) if options.description else None,
        parent=options.under,
        owner=options.owner,
        keyResults=[_key_result(one) for one in options.kr],
    )
    found = call.create(_GOAL, title=options.title, idempotencyKey=key(options.key), **given)
    return Answer(found, "\n".join([text_lines.objective(found), *map(text_lines.key_result, found["keyResults"])]))


def _key_result(given: str) -> dict[str, Any]:
    match = _KEY_RESULT.fullmatch(given.strip())
    if match is None:
        raise bad_usage(f"--kr {given}: it must be 'title=0..10 unit'.", "--kr 'pages moved=0..10 pages'")
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    return found | {name: float(found[name]) for name in ("start", "target") if name in found}


def measure(call: Call) -> Answer:
    options = call.options
    given = filled(note=text(options.note) if options.note else None)
    found = call.create(_MEASURE, id=options.key_result, current=options.value, **given)
    return Answer(found, text_lines.key_result(found))


COMMANDS = {
    "add": Command(
        add,
        (
            arg("title", metavar="TITLE", help="what is to be done, in a line"),
            arg("--under", metavar="O1", help="the objective, or the task of which it is a part"),
            arg("--after", action="append", default=[], metavar="T1", help="waits for this task; repeat it for others"),
            arg("--found-in", metavar="T42", help="the task in whose course it was found"),
            arg("--criterion", action="append", metavar="TEXT", help="what must hold for it to be done"),
            arg("--priority", choices=("P0", "P1", "P2", "P3"), help="P0 first; P2, if left out"),
            arg("--assignee", metavar="A", help="who is to do it"),
            arg("--reviewer", metavar="A", help="who is to review it"),
            arg("--label", action="append", metavar="L", help="a label; repeat it for others"),
            arg("--description", metavar="TEXT", help="`-` is standard input, `@FILE` a file"),
            arg("--instructions", metavar="TEXT", help="how it is to be done"),
            _KEY,
        ),
    ),
    "plan": Command(
        plan,
        (arg("file", metavar="FILE", help="lines of JSON, each a BatchTaskInput; `-` is standard input"), _KEY),
        'All or none. A line: {"ref": "b", "dependsOnRefs": ["a"], "task": {"title": "..."}}',
    ),
    "assign": Command(
        assign,
        (
            arg("task", metavar="T42", help="the task"),
            arg("agent", metavar="AGENT", help="who is to do it"),
            arg("--reviewer", metavar="A", help="who is to review it"),
            arg("--role", metavar="ROLE", help="as what, in a word"),
            arg("--instructions", metavar="TEXT", help="`-` is standard input, `@FILE` a file"),
        ),
    ),
    "goal": Command(
        goal,
        (
            arg("title", metavar="TITLE", help="what is to be reached"),
            arg("--kr", action="append", default=[], metavar="'TITLE=0..10 UNIT'", help="a key result"),
            arg("--under", metavar="O1", help="the objective of which it is a part"),
            arg("--owner", metavar="A", help="who answers for it"),
            arg("--description", metavar="TEXT", help="`-` is standard input, `@FILE` a file"),
            _KEY,
        ),
    ),
    "measure": Command(
        measure,
        (
            arg("key_result", metavar="K1", help="the key result"),
            arg("value", type=number, metavar="7", help="where it stands now"),
            arg("--note", metavar="TEXT", help="why, in words"),
        ),
    ),
}
