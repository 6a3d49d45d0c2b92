"""A digest in words: what stands where, and that nothing a user wrote breaks out of its line."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core.enums import AgentKind, ObjectiveStatus, TaskStatus
from db.core.records import Agent, Objective, Task, TaskCounts
from db.overviews.digest import Digest, Entry, Listed
from db.overviews.digest_markdown import markdown

UNTIL = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANN, BOB = 1, 2
NAMES = {ANN: "ann", BOB: "bob"}


def plain(record: Any, **given: Any) -> Any:
    """A record in which what isn't given is as empty as can be."""
    empty: dict[Any, Any] = {int: 0, str: "", bool: False, float: 0.0, datetime: UNTIL, tuple[str, ...]: ()}
    hints = get_type_hints(record)
    fields = {name: None if type(None) in get_args(hint) else empty.get(hint) for name, hint in hints.items()}
    return record(**fields | given)


def task(key: int, title: str = "Task", **more: Any) -> Task:
    made: Task = plain(Task, id=key, title=title, status=TaskStatus.TODO, **more)
    return made


def entry(
    key: int, title: str = "Task", *, whose: int | None = ANN, ago: timedelta = timedelta(0), **more: Any
) -> Entry:
    reviewer = more.pop("reviewer", None)
    return Entry(task(key, title, reviewer_id=reviewer), UNTIL - ago, whose, **more)


def listed(*entries: Entry, total: int | None = None) -> Listed[Entry]:
    return Listed(entries, len(entries) if total is None else total)


def goal(key: int, title: str = "Goal") -> Objective:
    made: Objective = plain(Objective, id=key, title=title, status=ObjectiveStatus.DONE)
    return made


def agent(name: str) -> Agent:
    made: Agent = plain(Agent, name=name, kind=AgentKind.AGENT)
    return made


EMPTY = Digest(room_id=1, since=UNTIL - timedelta(hours=4), until=UNTIL, counts=TaskCounts(), names=NAMES)


def test_it_tells_what_is_stuck_before_what_was_finished() -> None:
    facts = replace(
        EMPTY,
        counts=TaskCounts(total=9, todo=3, ready=2, doing=1, blocked=2, validating=1, done=2, stale=1),
        blocked=listed(
            entry(1, "Deploy", ago=timedelta(days=3, hours=5), reason="No key", blockers=(8, 9)),
            entry(2, "Test", whose=None, ago=timedelta(hours=2), reason="Its lease ran out 5 times: find out why."),
            entry(3, "Ship", blockers=(2,)),
        ),
        stale=listed(entry(4, "Write", ago=timedelta(minutes=50))),
        reclaimed=listed(
            entry(5, "Draw", whose=BOB, ago=timedelta(seconds=59), reason="expired"),
            entry(6, "Think", ago=timedelta(seconds=60), reason="stale"),
        ),
        in_review=listed(entry(7, "Check", reviewer=BOB, ago=timedelta(hours=1)), entry(8, "Look")),
        finished=Listed([goal(3, "Launch")], 1),
        completed=listed(entry(9, "Build", whose=BOB), entry(10, "Old", whose=None)),
        agents=[agent("ann"), agent("bob")],
    )

    assert (
        markdown(facts)
        == """\
## Digest, 2026-03-02 08:00 to 2026-03-02 12:00 UTC (4 h)

9 tasks: 3 to do (2 ready), 1 in work (1 stale), 2 blocked, 1 in review, 2 done, 0 cancelled.

### Blocked (3)

- T1 `Deploy`: waits for T8, T9; `No key` (ann, for 3 d)
- T2 `Test`: `Its lease ran out 5 times: find out why.` (nobody, for 2 h)
- T3 `Ship`: waits for T2 (ann, for 0 s)

### Stale (1)

- T4 `Write`: held by ann, stale for 50 min

### Taken back (2)

- T5 `Draw`: from bob, 59 s ago, its lease ran out
- T6 `Think`: from ann, 1 min ago, no word for too long

### In review (2)

- T7 `Check`: by ann, waits for bob, for 1 h
- T8 `Look`: by ann, waits for a reviewer, for 0 s

### Finished objectives (1)

- O3 `Launch`

### Done (2)

- T9 `Build`: by bob
- T10 `Old`: by nobody

Here: ann, bob."""
    )


def test_it_says_plainly_when_nothing_happened() -> None:
    assert (
        markdown(EMPTY)
        == """\
## Digest, 2026-03-02 08:00 to 2026-03-02 12:00 UTC (4 h)

No tasks yet.

Nothing was finished or taken back, and nothing is stuck or in review."""
    )


def test_long_lists_say_how_many_more_there_are() -> None:
    facts = replace(
        EMPTY,
        completed=listed(*(entry(key) for key in range(1, 201)), total=1234),
        agents=[agent(f"agent-{n:02}") for n in range(25)],
    )

    lines = markdown(facts).splitlines()

    items = [line for line in lines if line.startswith("- ")]
    assert "### Done (1234)" in lines
    assert [line.split()[1] for line in items[:-1]] == [f"T{key}" for key in range(1, 21)]
    assert items[-1] == "- and 1214 more"
    assert lines[-1].endswith("agent-18, agent-19, 5 more.")


def test_long_texts_are_cut_where_one_sees_it() -> None:
    facts = replace(EMPTY, blocked=listed(entry(1, "x" * 300, reason="y" * 65_536)))

    [line] = [line for line in markdown(facts).splitlines() if line.startswith("- ")]

    assert line == f"- T1 `{'x' * 99}…`: `{'y' * 199}…` (ann, for 0 s)"


SPAN = re.compile(r"`[^`]*`")

NASTY = st.lists(
    st.sampled_from(
        ["`", "```", "\n", "\r", "\u2028", "\x85", "\x00", "\u202e", "# ", "- ", "* ", "1. ", "> ", "---", "@ann", "T7",
         "[x](https://example.com)", "<img src=x>", "![x](y)", "|", "\\", "_", "&amp;", "https://example.com", "\t",
         " ", "    ", "~~~", "word"]
    ) | st.text(max_size=3),
    max_size=12,
).map("".join)  # fmt: skip


def skeleton(text: str) -> list[str]:
    """The lines without what stands in code."""
    return [SPAN.sub("``", line) for line in text.split("\n")]


def written(titles: Sequence[str], reasons: Sequence[str | None]) -> str:
    entries = [
        entry(key, title, reason=reason) for key, (title, reason) in enumerate(zip(titles, reasons, strict=True))
    ]
    every = listed(*entries)
    goals = Listed([goal(key, title) for key, title in enumerate(titles)], len(titles))
    return markdown(
        replace(EMPTY, blocked=every, stale=every, reclaimed=every, in_review=every, completed=every, finished=goals)
    )


@given(st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=4))
def test_nothing_that_users_wrote_breaks_out_of_its_place(texts: list[tuple[str, str]]) -> None:
    titles, reasons = [title for title, _ in texts], [reason or "x" for _, reason in texts]

    text = written(titles, reasons)

    assert skeleton(text) == skeleton(written(["Title"] * len(texts), ["Reason"] * len(texts)))
    # No other separator of lines, and nothing that shows as another character.
    assert text.splitlines() == text.split("\n")
    assert text.replace("\n", "").isprintable()
    # A span that is empty would be none, and take what follows in.
    assert "``" not in text


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Mend `parse`", "Mend 'parse'"),
        ("two\nlines", "two lines"),
        ("  much\t\u2003space ", "much space"),
        ("@ann # <b>*x*</b>", "@ann # <b>*x*</b>"),
        ("\u200b\u202e", "(blank)"),
        ("Größe → 大", "Größe → 大"),
    ],
)
def test_a_title_is_shown_as_it_was_written_on_one_line(title: str, shown: str) -> None:
    facts = replace(EMPTY, completed=listed(entry(1, title)))

    assert f"- T1 `{shown}`: by ann" in markdown(facts).splitlines()
