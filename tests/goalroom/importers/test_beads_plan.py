import json
from typing import Any

import pytest

from db.core.enums import FINISHED, DependencyKind, ObjectiveStatus, TaskStatus
from db.operations.import_plan import Known, KnownObjective, KnownTask, NewTask, Plan
from goalroom.importers.beads.lines import parse
from goalroom.importers.command import read_file
from goalroom.importers.complaints import Complaints
from goalroom.importers.criteria import criteria_of
from goalroom.importers.issues import File
from goalroom.importers.names import agent_name, room_name
from goalroom.importers.planner import BLOCKED_WITHOUT_REASON, plan
from tests.goalroom.importers.beads_check import OWN


def issue(key: str, **more: Any) -> dict[str, Any]:
    on = more.pop("on", {})
    edges = [{"issue_id": key, "depends_on_id": other, "type": kind} for other, kind in on.items()]
    return {"id": key, "title": f"Title of {key}", "dependencies": edges} | more


def planned(*issues: Any, known: Known | None = None) -> tuple[Plan, list[str]]:
    """The plan, and what is said of what was left out."""
    lines = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in issues]
    file = parse(enumerate(lines, start=1), {}, Complaints())
    return plan(file, known or Known()), list(file.complaints.lines())


def only(*issues: Any) -> NewTask:
    made, said = planned(*issues)
    assert said == []
    return made.tasks[0]


def edges(made: Plan) -> set[tuple[Any, Any, str]]:
    return {(edge.task, edge.on, edge.kind.value) for edge in made.dependencies}


def own() -> tuple[File, Plan]:
    file = read_file(OWN)
    return file, plan(file, Known())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "it is not JSON"),
        (b"\xff\xfe", "it is not UTF-8"),
        (b"[1]", "it is not an object"),
        (b"null", "it is not an object"),
        (b"[" * 200_000, "it is"),
        ({"title": "A"}, "it has no id"),
        ({"id": 5, "title": "A"}, "id is not text: 5"),
        ({"id": " \n", "title": "A"}, "it has no id"),
        ({"id": "a"}, "a has no title"),
        ({"id": "a", "title": " "}, "a has no title"),
        ({"id": "a", "title": ["A"]}, "title is not text"),
    ],
)
def test_a_line_that_is_no_issue_is_said_and_costs_no_other(line: Any, said: str) -> None:
    made, complaints = planned(line, issue("ok"))
    assert [task.ref for task in made.tasks] == ["ok"]
    assert complaints[0].startswith("line 1: ")
    assert said in complaints[0]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "x" * 301, "301 characters: cut"),
        ("title", "a\0b", "title contains NUL"),
        ("description", "\ud800", "a lone surrogate"),
        ("description", "x" * 65_537, "cut to 65536"),
        ("description", 5, "description is not text: 5"),
        ("status", "lost", "status 'lost' is not known"),
        ("priority", 5, "priority is not a whole number from 0 to 4: 5"),
        ("priority", True, "priority is not a whole number"),
        ("priority", "high", "priority is not a whole number"),
        ("estimated_minutes", -1, "estimated_minutes is not a whole number"),
        ("estimated_minutes", 2**31, "estimated_minutes is not a whole number"),
        ("created_at", "soon", "created_at is not a time"),
        ("created_at", "0001-01-01T00:00:00Z", "created_at is not a time"),
        ("updated_at", 7, "updated_at is not a time"),
        ("labels", "a", "labels is not a list"),
        ("labels", ["", "x" * 101, 3], "a label is text of 1 to 100"),
        ("labels", ["beads:ok"], "a label says that a is another issue: 'beads:ok'"),
        ("issue_type", "beads:ok", "issue_type looks like the label of an id"),
        ("issue_type", "x" * 101, "issue_type is longer than 100"),
        ("labels", [f"l{n}" for n in range(100)], "too many labels: without 'l99'"),
        ("acceptance_criteria", "\n".join(f"- {n}" for n in range(101)), "too many criteria: without '100'"),
        ("comments", {}, "comments is not a list"),
        ("comments", ["a"], "a comment is not an object"),
        ("comments", [{"author": "a"}], "a comment has no text"),
        ("dependencies", 1, "a dependency is not an object: 1"),
        ("dependencies", ["b"], "b is not in the file"),
        ("dependencies", [{"type": "blocks"}], "no depends_on_id"),
        ("dependencies", [{"issue_id": "c", "depends_on_id": "ok", "type": "blocks"}], "another issue's: 'c'"),
        ("dependencies", [{"depends_on_id": "ok", "type": "haunts"}], "'haunts' is not a known kind of dependency"),
        ("dependencies", [{"depends_on_id": "gone", "type": "blocks"}], "gone is not in the file"),
        ("dependencies", [{"depends_on_id": "a", "type": "blocks"}], "a task can't depend on itself"),
        ("dependencies", [{"depends_on_id": "a", "type": "parent-child"}], "below itself"),
        ("dependencies", [{"depends_on_id": "buried", "type": "blocks"}], "buried is a tombstone"),
        ("external_ref", 5, "external_ref is not text: 5"),
        ("due_at", "soon", "due_at is not a time"),
        ("parent", "gone", "gone is not in the file"),
        ("parent", "a\nb", "is not in the file"),
    ],
)
def test_a_field_that_is_wrong_is_said_and_costs_no_other(field: str, value: Any, said: str) -> None:
    made, complaints = planned(
        issue("a", notes="Kept") | {field: value}, issue("ok"), issue("buried", status="tombstone")
    )
    assert [task.ref for task in made.tasks] == ["a", "ok"]
    assert made.tasks[0].notes == "Kept"
    assert complaints
    assert all(text.startswith("line 1: ") and "\n" not in text for text in complaints)
    assert said in complaints[0]


@pytest.mark.parametrize("issue_type", ["task", "epic"])
def test_what_has_no_field_of_its_own_stands_under_a_heading(issue_type: str) -> None:
    made, said = planned(
        issue(
            "a",
            issue_type=issue_type,
            description="Kept",
            design="Larch",
            closed_reason="Reopened",
            external_ref="gh-9",
            spec_id="S-1",
            metadata={"tool": "飯", "at": [1]},
        )
    )
    assert said == []
    assert (made.tasks or made.objectives)[0].description.removesuffix("\n\nbeads:a") == (
        "Kept\n\n## Design\n\nLarch\n\n## Close reason\n\nReopened\n\n"
        "## External reference\n\ngh-9\n\n## Spec\n\nS-1\n\n"
        '## Metadata\n\n```json\n{\n  "tool": "飯",\n  "at": [\n    1\n  ]\n}\n```'
    )


def test_times_have_a_place_of_their_own() -> None:
    times = {
        name: f"2026-03-0{day}T00:00:00Z" for day, name in enumerate(("defer_until", "due_at", "started_at"), start=1)
    }
    made, said = planned(
        issue("a", **times),
        issue("late", **times, status="closed", closed_at="2026-03-01T00:00:00Z"),
        issue("e", **times, issue_type="epic"),
    )
    assert said == []
    first, late = made.tasks
    assert [str(at)[:10] for at in (first.not_before, first.due_at, first.started_at)] == [
        "2026-03-01",
        "2026-03-02",
        "2026-03-03",
    ]
    assert (late.started_at, late.description) == (None, "## Started\n\n2026-03-03T00:00:00+00:00")
    objective = made.objectives[0]
    assert str(objective.due_at)[:10] == "2026-03-02"
    assert objective.description == (
        "## Not before\n\n2026-03-01T00:00:00+00:00\n\n## Started\n\n2026-03-03T00:00:00+00:00\n\nbeads:e"
    )


def test_other_names_of_fields() -> None:
    task = only(issue("a", type="bug", tags=["x", "y"], labels=["x"], status="closed", closed_reason="Built"))
    assert (task.labels, task.result) == (("beads:a", "x", "y", "bug"), "Built")
    assert only(issue("a", tags=["x"])).labels == ("beads:a", "x")


def test_a_field_without_a_place_is_named_once() -> None:
    _, said = planned(
        issue("a"),
        issue("b", hook="h", comment_count=2, empty="", dependencies=[{"depends_on_id": "a", "thread": 1}]),
        issue("c", hook="i", comments=[{"id": 5, "text": "Yes", "mood": "good"}]),
    )
    assert said == [
        "line 2: 'hook' has no place here; 2 lines have it.",
        "line 2: 'dependency.thread' has no place here; this line alone has it.",
        "line 3: 'comment.mood' has no place here; this line alone has it.",
    ]


def test_of_two_lines_with_one_id_the_first_counts() -> None:
    made, said = planned(issue("a", title="First"), b"", issue("a", title="Second"))
    assert [task.title for task in made.tasks] == ["First"]
    assert said == ["line 3: a is on line 1 already: the first counts."]


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "Second"),
        ("2026-01-03T00:00:00Z", "2026-01-02T00:00:00Z", "First"),
        ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", "First"),
        # Half past midnight in Berlin is before midnight in London.
        ("2026-01-02T00:00:00Z", "2026-01-02T00:30:00+01:00", "First"),
        (None, "2026-01-02T00:00:00Z", "Second"),
        ("2026-01-02T00:00:00Z", None, "First"),
    ],
)
def test_of_two_lines_with_one_id_the_newer_counts(first: str | None, second: str | None, counts: str) -> None:
    made, said = planned(
        issue("a", title="First", updated_at=first), issue("b"), issue("a", title="Second", updated_at=second)
    )
    assert [task.title for task in made.tasks] == [counts, "Title of b"]
    assert said == [
        "line 1: a is on line 3 again, which is newer: that counts."
        if counts == "Second"
        else "line 3: a is on line 1 already: the first counts."
    ]


def test_a_newer_tombstone_buries_an_issue() -> None:
    lines = issue("a", updated_at="2026-01-02"), issue("a", updated_at="2026-01-03", status="tombstone")
    assert planned(*lines)[0].tasks == []
    assert len(planned(*lines[::-1])[0].tasks) == 0


@pytest.mark.parametrize(
    ("status", "expected", "labels"),
    [
        ("open", TaskStatus.TODO, ()),
        ("in_progress", TaskStatus.TODO, ()),
        ("hooked", TaskStatus.TODO, ()),
        ("deferred", TaskStatus.TODO, ("deferred",)),
        ("pinned", TaskStatus.TODO, ("pinned",)),
        ("blocked", TaskStatus.BLOCKED, ()),
        ("closed", TaskStatus.DONE, ()),
        ("done", TaskStatus.DONE, ()),
        ("complete", TaskStatus.DONE, ()),
        ("Completed", TaskStatus.DONE, ()),
        ("resolved", TaskStatus.DONE, ()),
        ("cancelled", TaskStatus.CANCELLED, ()),
        ("Canceled", TaskStatus.CANCELLED, ()),
        ("wontfix", TaskStatus.CANCELLED, ()),
        ("won't fix", TaskStatus.CANCELLED, ()),
        ("In Progress", TaskStatus.TODO, ()),
    ],
)
def test_statuses(status: str, expected: TaskStatus, labels: tuple[str, ...]) -> None:
    task = only(issue("a", status=status, assignee="X/Y", closed_at="2026-01-02T03:04:05Z", close_reason="Built"))
    assert (task.status, task.assignee) == (expected, "x-y")
    assert task.labels == ("beads:a", *labels)
    finished = expected in FINISHED
    assert (task.finished_at is not None) is finished
    assert task.result == ("Built" if finished else "")
    assert task.blocked_reason == (BLOCKED_WITHOUT_REASON if status == "blocked" else None)


@pytest.mark.parametrize("closed_at", [None, "", "soon", 5, "2026-01-02T03:04:05Z"])
def test_closed_is_done_with_any_closed_at(closed_at: Any) -> None:
    made, _ = planned(issue("a", status="closed", closed_at=closed_at))
    assert made.tasks[0].status is TaskStatus.DONE


def test_an_unknown_status_is_blocked_with_that_as_its_reason() -> None:
    made, said = planned(
        issue("a", status="routed", on={"b": "blocks"}), issue("b"), issue("e", status="routed", issue_type="epic")
    )
    assert made.tasks[0].status is TaskStatus.BLOCKED
    assert made.tasks[0].blocked_reason == "Its status was 'routed' when it was imported."
    assert made.objectives[0].status is ObjectiveStatus.ACTIVE
    assert made.objectives[0].description == "## Status\n\nrouted\n\nbeads:e"
    assert said == [
        "line 1: status 'routed' is not known: a is blocked.",
        "line 3: status 'routed' is not known: e is blocked.",
    ]


@pytest.mark.parametrize(("status", "expected"), [("open", TaskStatus.TODO), ("closed", TaskStatus.BLOCKED)])
def test_an_open_edge_explains_why_a_task_is_blocked(status: str, expected: TaskStatus) -> None:
    made, _ = planned(issue("a", status="blocked", on={"b": "blocks"}), issue("b", status=status))
    assert made.tasks[0].status is expected


def test_the_lowest_priority_is_a_backlog() -> None:
    tasks = planned(*(issue(f"p{n}", priority=n) for n in range(5)))[0].tasks
    assert [task.priority for task in tasks] == [0, 1, 2, 3, 3]
    assert ["backlog" in task.labels for task in tasks] == [False, False, False, False, True]


def test_an_epic_is_an_objective_unless_it_is_a_part_of_a_task() -> None:
    made, said = planned(
        issue("leaf", on={"deep": "parent-child"}),
        issue("deep", issue_type="epic", on={"task": "parent-child"}),
        issue("task", on={"child": "parent-child"}),
        issue("child", issue_type="epic", on={"top": "parent_child"}),
        issue("top", issue_type="epic"),
    )
    assert [(new.ref, new.parent) for new in made.objectives] == [("top", None), ("child", "top")]
    assert [(new.ref, new.objective, new.parent) for new in made.tasks] == [
        ("task", "child", None),
        ("deep", "child", "task"),
        ("leaf", "child", "deep"),
    ]
    assert made.objectives[1].description.splitlines()[-1] == "beads:child"
    assert said == []


def test_of_several_parents_the_first_counts() -> None:
    made, said = planned(
        issue("a", on={"gone": "parent-child", "b": "parent-child", "c": "parent-child"}), issue("b"), issue("c")
    )
    assert {task.ref: task.parent for task in made.tasks} == {"b": None, "c": None, "a": "b"}
    assert said == [
        "line 1: a is not below gone: gone is not in the file.",
        "line 1: a is not below c: b is its parent already, and it can have one.",
    ]


def test_cycles_are_cut_where_the_file_closes_them() -> None:
    made, said = planned(
        issue("a", on={"b": "parent-child"}),
        issue("b", on={"a": "parent-child", "c": "blocks"}),
        issue("c", on={"d": "blocks"}),
        issue("d", on={"b": "blocks"}),
        # b is finished only once its part a is.
        issue("e", on={"b": "blocks"}),
        issue("f", on={"e": "blocks"}),
        issue("g", on={"b": "parent-child", "f": "blocks"}),
    )
    assert edges(made) == {("b", "c", "BLOCKS"), ("c", "d", "BLOCKS"), ("e", "b", "BLOCKS"), ("f", "e", "BLOCKS")}
    assert said == [
        "line 2: b is not below a: that would put it below itself.",
        "line 4: d does not depend on b (blocks): it would close a cycle.",
        "line 7: g does not depend on f (blocks): it would close a cycle.",
    ]


def test_a_long_chain_is_quick_in_either_direction() -> None:
    chain = [issue(f"i{n}", on={f"i{n + 1}": "blocks"}) for n in range(5_000)]
    for lines in (chain, chain[::-1]):
        made, said = planned(*lines, issue("i5000"))
        assert len(made.dependencies) == 5_000
        assert said == []


def test_of_a_ring_the_last_edge_is_left_out() -> None:
    ring = [issue(f"i{n}", on={f"i{(n + 1) % 50}": "blocks"}) for n in range(50)]
    made, said = planned(*ring, issue("beside", on={"i7": "blocks"}))
    assert len(made.dependencies) == 50
    assert said == ["line 50: i49 does not depend on i0 (blocks): it would close a cycle."]


def test_an_epic_at_an_end_stands_for_the_tasks_in_it() -> None:
    made, said = planned(
        issue("one", issue_type="epic", on={"last": "blocks"}),
        issue("sub", issue_type="epic", on={"one": "parent-child"}),
        issue("x", on={"one": "parent-child"}),
        issue("y", on={"sub": "parent-child", "one": "blocks"}),
        issue("last", on={"empty": "blocks", "two": "related"}),
        issue("empty", issue_type="epic"),
        issue("two", issue_type="epic"),
    )
    assert edges(made) == {("x", "last", "BLOCKS"), ("y", "last", "BLOCKS")}
    assert said == [
        "line 4: y does not depend on one (blocks): one is a part of the other.",
        "line 5: last does not depend on empty (blocks): empty is an objective without tasks.",
        "line 5: last does not depend on two (related): two is an objective, which has no such dependencies.",
    ]


def test_an_epic_that_waits_for_its_parts_says_nothing_of_their_order() -> None:
    parts = ("a", "b", "c")
    made, said = planned(
        issue("epic", issue_type="epic", on=dict.fromkeys(parts, "blocks")),
        *(issue(part, on={"epic": "parent-child"}) for part in parts),
    )
    assert edges(made) == set()
    assert said == [f"line 1: epic does not depend on {part} (blocks): one is a part of the other." for part in parts]


def test_of_two_epics_that_wait_for_each_other_the_first_does() -> None:
    made, said = planned(
        issue("one", issue_type="epic", on={"two": "blocks"}),
        issue("two", issue_type="epic", on={"one": "blocks"}),
        *(issue(f"{epic}{n}", on={epic: "parent-child"}) for epic in ("one", "two") for n in range(2)),
    )
    assert edges(made) == {(f"one{n}", f"two{m}", "BLOCKS") for n in range(2) for m in range(2)}
    assert said == ["line 2: two does not depend on one (blocks): 4 of its 4 pairs of tasks would close a cycle."]


def test_nobody_is_lost_of_those_who_are_named() -> None:
    named = {"owner": "Ann@example.org", "created_by": "x/y"}
    made, said = planned(
        issue("task", **named, assignee="bob"),
        issue("own", owner="Ann@example.org"),
        issue("epic", **named, issue_type="epic"),
        issue("led", **named, issue_type="epic", assignee="bob"),
    )
    first, second = made.tasks
    assert (first.creator, first.assignee, first.labels) == ("x-y", "bob", ("beads:task", "owner:ann-example-org"))
    assert (second.creator, second.assignee, second.labels) == ("ann-example-org", None, ("beads:own",))
    assert [(one.owner, one.description) for one in made.objectives] == [
        ("ann-example-org", "## Created by\n\nx-y\n\nbeads:epic"),
        ("bob", "## Owner\n\nann-example-org\n\n## Created by\n\nx-y\n\nbeads:led"),
    ]
    assert said == []


@pytest.mark.parametrize("still_open", [True, False])
def test_what_came_otherwise_explains_as_long_as_it_is_open(still_open: bool) -> None:  # noqa: FBT001  # a case
    objectives = {"o": KnownObjective(1, in_draft=False, cancelled=False, tasks=(9,))}
    known = Known(objectives, open={9} if still_open else set())
    made, _ = planned(issue("a", status="blocked", on={"o": "blocks"}), known=known)
    assert made.tasks[0].status is (TaskStatus.TODO if still_open else TaskStatus.BLOCKED)


@pytest.mark.parametrize(
    ("spelt", "kind"),
    [
        ("blocks", DependencyKind.BLOCKS),
        ("Blocks", DependencyKind.BLOCKS),
        ("related", DependencyKind.RELATED),
        ("relates_to", DependencyKind.RELATED),
        ("tracks", DependencyKind.RELATED),
        ("discovered_from", DependencyKind.DISCOVERED_FROM),
        ("duplicates", DependencyKind.DUPLICATES),
        ("blocked-by", DependencyKind.BLOCKS),
        ("depends", DependencyKind.BLOCKS),
        ("waits-for", DependencyKind.BLOCKS),
        ("conditional-blocks", DependencyKind.BLOCKS),
    ],
)
def test_kinds_of_edges(spelt: str, kind: DependencyKind) -> None:
    made, said = planned(issue("a", on={"b": spelt}), issue("b"))
    assert edges(made) == {("a", "b", kind.value)}
    assert said == []


@pytest.mark.parametrize("name", ["dependencies", "depends_on", "blocked_by", "deps"])
@pytest.mark.parametrize(
    "value",
    ["x", ["x"], [["x"]], {"depends_on_id": "x"}, [{"depends_on_id": "x", "type": "blocks"}], [{"id": "x"}]],
)
def test_places_and_forms_of_dependencies(name: str, value: Any) -> None:
    made, said = planned(
        {"id": "x", "title": "x", "status": "open"}, {"id": "y", "title": "y", "status": "open", name: value}
    )
    assert edges(made) == {("y", "x", "BLOCKS")}
    assert said == []


@pytest.mark.parametrize("key", ["my project-a1", "任务 1", "a\nb", "x" * 95, "\x1b[31m", "x:y/z", "T1"])
def test_an_id_may_hold_any_text(key: str) -> None:
    made, said = planned(
        issue(key, issue_type="epic"),
        issue("part", on={key: "parent-child"}),
        {"id": f"{key}2", "title": "A", "blocked_by": ["part"], "parent": key},
        issue("last", on={f"{key}2": "blocks"}),
    )
    assert said == []
    objective, (_, part, named) = made.objectives[0], made.tasks
    assert objective.description == f"beads:{objective.ref}"
    assert named.labels == (f"beads:{named.ref}",)
    assert part.objective == named.objective == objective.ref
    assert edges(made) == {(named.ref, "part", "BLOCKS"), ("last", named.ref, "BLOCKS")}
    assert all(ref.isprintable() and len(ref) <= 94 for ref in (objective.ref, named.ref))


def test_an_objective_is_as_its_parts_are() -> None:
    made, said = planned(
        issue("closed", issue_type="epic", status="closed", closed_at="2026-01-02T00:00:00Z"),
        issue("shut", issue_type="epic", status="closed"),
        issue("x", on={"shut": "parent-child"}),
        issue("over", issue_type="epic"),
        issue("y", on={"over": "parent-child"}, status="closed", closed_at="2026-01-03T00:00:00Z"),
        issue("bare", issue_type="epic"),
        issue("dropped", issue_type="epic", status="wontfix"),
    )
    assert {new.ref: new.status for new in made.objectives} == {
        "closed": ObjectiveStatus.DONE,
        "shut": ObjectiveStatus.ACTIVE,
        "over": ObjectiveStatus.DONE,
        "bare": ObjectiveStatus.ACTIVE,
        "dropped": ObjectiveStatus.CANCELLED,
    }
    assert {new.ref: str(new.finished_at)[:10] for new in made.objectives if new.finished_at} == {
        "closed": "2026-01-02",
        "over": "2026-01-03",
    }
    assert said == [
        "line 2: shut is closed, but parts of it are open: ACTIVE.",
        "line 4: over is open, but all its parts are finished: DONE.",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("  \n", []),
        ("It works.\nAlways.", [("It works.\nAlways.", False)]),
        ("- one\n* two\n3. three", [("one", False), ("two", False), ("three", False)]),
        ("## Done when\n- [x] one\n- [ ] two", [("one", True), ("two", False)]),
        ("All of:\n1) one\n   and more\n\nAlso this", [("one\nand more", False), ("Also this", False)]),
        ("- a:\n  - b", [("a:", False), ("b", False)]),
        ("1. It builds. 2. It is fast.", [("It builds.", False), ("It is fast.", False)]),
        ("Done when: (1) one, (2) two (3) [x] three\n", [("one,", False), ("two", False), ("three", True)]),
        ("1. It takes 2.5 s", [("It takes 2.5 s", False)]),
        ("1. one\n2. two 3. three", [("one", False), ("two 3. three", False)]),
        ("In 1. and 2. it works", [("In 1. and 2. it works", False)]),
    ],
)
def test_criteria(text: str, found: list[tuple[str, bool]]) -> None:
    assert criteria_of(text) == found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("beads/witness", "beads-witness"),
        ("deacon/", "deacon"),
        ("Ann.Lee@example.org", "ann-lee-example-org"),
        ("42", "agent-42"),
        ("a1", "agent-a1"),
        ("T7", "agent-t7"),
        ("Zoë", "zoe"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert agent_name(text) == name


def test_names_of_which_little_is_left_stay_apart() -> None:
    names = {agent_name(text) for text in ("山田", "鈴木", "x" * 70, "x" * 71, "\ud800")}
    assert len(names) == 5


@pytest.mark.parametrize(("file", "name"), [("My issues.jsonl", "my-issues"), ("r12.jsonl", "beads-r12")])
def test_a_room_is_named_after_its_file(file: str, name: str) -> None:
    assert room_name(OWN.with_name(file), "beads") == name


def test_what_is_there_already_stays_as_it_is_and_takes_new_parts() -> None:
    known = Known(
        {
            "o": KnownObjective(1, in_draft=False, cancelled=False, tasks=("a", 9)),
            "dead": KnownObjective(2, in_draft=False, cancelled=True, tasks=()),
        },
        {"a": KnownTask(8, 1, open=True), "b": KnownTask(7, None, open=True)},
        [("b", "a")],
    )
    made, said = planned(
        issue("o", issue_type="epic", on={"n": "blocks"}),
        issue("a", on={"b": "blocks", "n": "blocks"}),
        issue("b", on={"a": "related"}),
        issue("n", on={"b": "blocks"}),
        issue("p", on={"o": "parent-child"}),
        issue("m", on={"a": "parent-child"}),
        issue("l", on={"dead": "parent-child"}),
        known=known,
    )
    assert [(new.ref, new.objective, new.parent) for new in made.tasks] == [
        ("n", None, None),
        ("l", None, None),
        ("p", "o", None),
        ("m", 1, "a"),
    ]
    assert edges(made) == {("a", "n", "BLOCKS"), (9, "n", "BLOCKS"), ("p", "n", "BLOCKS")}
    assert said[-2:] == [
        "line 4: n does not depend on b (blocks): it would close a cycle.",
        "line 7: l is not below dead: that was cancelled in the room.",
    ]


def test_our_own_file() -> None:
    file, made = own()
    assert [new.ref for new in made.objectives] == ["gd-1", "gd-10", "gd-2", "gd-5"]
    assert len(made.tasks) == 9
    assert edges(made) >= {("gd-6", "gd-4", "BLOCKS"), ("gd-6", "gd-4.1", "BLOCKS"), ("gd-6", "gd-4", "RELATED")}
    assert list(file.tombstones) == ["gd-9"]
    lines_with_complaints = {line for line, _ in file.complaints.said}
    assert lines_with_complaints == {7, 11, 13, 14, 15, 16, 17, 18}
