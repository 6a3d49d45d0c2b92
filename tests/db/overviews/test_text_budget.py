"""Texts that must fit: never too long, nothing before what is more urgent, and everything counted."""

import re

from hypothesis import given
from hypothesis import strategies as st

from db.overviews.text_budget import Entry, Section, fit

WORDS = st.text("abc ", min_size=1, max_size=60)
ENTRIES = st.lists(st.builds(Entry, WORDS, st.lists(WORDS, max_size=3)), max_size=9)


@st.composite
def sections(draw: st.DrawFn) -> list[Section]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        lines = [
            Entry(
                f"s{number}l{at} {entry.text}", [f"s{number}l{at}d{n} {text}" for n, text in enumerate(entry.details)]
            )
            for at, entry in enumerate(draw(ENTRIES))
        ]
        found.append(Section(f"Section {number}", f"of {number}", lines, len(lines) + draw(st.integers(0, 3))))
    return found


def numbers(pattern: str, text: str) -> list[int]:
    return [int(found) for found in re.findall(pattern, text)]


@given(sections(), st.integers(200, 2_000), st.text("h", max_size=160))
def test_what_is_shown_and_what_is_left_out_is_all_there_is(given: list[Section], most: int, head: str) -> None:
    text = fit(head, given, most)

    assert len(text) <= most
    left = dict(reversed(pair) for pair in re.findall(r"(\d+) (of \d|detail)", text.rpartition("Left out: ")[2]))
    details = 0
    for number, section in enumerate(given):
        shown = numbers(rf"\n\ns{number}l(\d+) ", text)
        assert shown == list(range(len(shown)))
        assert len(shown) + int(left.get(f"of {number}", 0)) == section.total
        for at in shown:
            told = numbers(rf"\n\ns{number}l{at}d(\d+) ", text)
            assert told == list(range(len(told)))
            details += len(section.entries[at].details) - len(told)
    assert int(left.get("detail", 0)) == details


@given(sections())
def test_where_there_is_room_all_of_it_is_shown(given: list[Section]) -> None:
    text = fit("Head", given, 100_000)

    assert text.startswith("Head")
    for section in given:
        for entry in section.entries:
            assert "\n\n".join(["", entry.text, *entry.details]) in text


def test_the_first_of_each_section_come_before_the_rest_of_any() -> None:
    many = Section("Many", "of many", [Entry(f"many {number}", ["why"]) for number in range(50)], 50)
    few = Section("Few", "of few", [Entry("few 1")], 1)

    text = fit("Head", [many, few], 116)

    assert text == (
        "Head\n\n## Many (50)\n\nmany 0\n\nwhy\n\nmany 1\n\nmany 2\n\nmany 3\n\nmany 4\n\n"
        "## Few (1)\n\nfew 1\n\nLeft out: 45 of many, 4 details."
    )


def test_details_of_the_rest_come_once_all_lines_are_there() -> None:
    why = "a reason that is longer than the sentence about what is left out"
    many = Section("Many", "of many", [Entry(f"{number}", [why]) for number in range(7)], 7)

    text = fit("Head", [many], len(fit("Head", [many], 1_000)) - 1)

    assert text.endswith(f"\n\n5\n\n{why}\n\n6\n\nLeft out: 1 detail.")
