"""What named statements are put together from: fragments, and lines that stand only where a parameter is given."""

import pytest

from db.core.database import Database
from db.core.queries import read
from db.core.statement_shapes import (
    ShapedStatement,
    StatementSource,
    UnknownFragmentError,
    UnknownShapeError,
    expand,
    split_by_shape,
)


def test_a_fragment_stands_where_it_is_included_with_what_it_includes() -> None:
    fragments = {"outer": "a = 1\nand\n-- include: inner\n", "inner": "-- Why.\nb = 2\n"}

    sql = expand("select 1\n where\n  -- include: outer\n   and c = 3;", fragments)

    assert sql == "select 1\n where\n  a = 1\n  and\n  -- Why.\n  b = 2\n   and c = 3;"


@pytest.mark.parametrize(
    "fragments", [{}, {"it": "-- include: it"}, {"it": "-- include: other", "other": "-- include: it"}]
)
def test_a_fragment_that_is_not_there_or_includes_itself_is_refused(fragments: dict[str, str]) -> None:
    with pytest.raises(UnknownFragmentError, match=r"include: it: there is no it\.sql"):
        expand("select 1\n -- include: it\n;", fragments)


SOURCE = """\
-- name: found(room_id, labels, after, newest)
-- What is found.
select *
  from task
 where room_id = :room_id
   and labels @> :labels::text[]  -- given: labels
   and id > :after  -- given: after -- without: newest
 order by id desc  -- given: newest
 order by id  -- without: newest
 limit 5;
"""


def shape(*given: str) -> list[str]:
    text, _ = StatementSource(SOURCE).shape(given)
    return text.splitlines()


def test_a_line_stands_only_where_what_it_depends_on_is_given() -> None:
    assert shape("labels") == [
        "-- name: found(room_id, labels)",
        "-- What is found.",
        "select *",
        "  from task",
        " where room_id = :room_id",
        "   and labels @> :labels::text[]",
        " order by id",
        " limit 5;",
    ]
    assert shape("after", "newest")[0] == "-- name: found(room_id)"
    assert shape("after", "newest")[-2:] == [" order by id desc", " limit 5;"]


def test_the_marks_of_an_include_are_those_of_all_its_lines() -> None:
    fragments = {"both": "-- Why.\nand a = 1\nand b = 2  -- given: b\n"}

    sql = expand("select 1\n  -- include: both -- given: a\n;", fragments)

    assert sql == "select 1\n  -- Why.\n  and a = 1 -- given: a\n  and b = 2  -- given: b -- given: a\n;"


def test_only_what_has_marks_has_shapes() -> None:
    plain, shaped = split_by_shape(f"-- name: one()$\nselect 1;\n{SOURCE}-- name: two()$\nselect 2;\n")

    assert plain == "-- name: one()$\nselect 1;\n-- name: two()$\nselect 2;\n"
    assert [source.name for source in shaped] == ["found"]


HIDDEN = "any((select :ids::bigint[])::bigint[]) and s = any(:states::text[])"
SEEN = "any(:ids::bigint[]) and s = any(:states::text[])"


@pytest.mark.parametrize(
    ("condition", "kept"), [(f"id = {SEEN}", f"id = {HIDDEN}"), (f"(:x::bigint is null or id = {SEEN})",) * 2]
)
def test_how_many_ids_are_asked_for_is_hidden_but_where_a_filter_is_in_place(condition: str, kept: str) -> None:
    plain, _ = split_by_shape(f"-- name: it(ids, states, x)\nselect 1 where {condition};\n")
    shaped, _ = StatementSource(f"-- name: it(ids, states, x)\nselect 1 where {condition}\nand b -- given: x\n;").shape(
        "x"
    )

    assert f"where {kept};" in plain
    assert f"where {kept}\n" in shaped


@pytest.mark.parametrize(
    "line",
    ["and a = 1  -- given: nothing", "and a = 1  -- without: a, nothing", "and nothing = 1  -- given: a;"],
)
def test_marks_that_fit_nothing_are_refused(line: str) -> None:
    with pytest.raises(UnknownShapeError, match="nothing"):
        StatementSource(f"-- name: it(a)\nselect 1\n{line}\n;\n")


def test_so_many_shapes_that_plans_pile_up_are_refused() -> None:
    names = [f"p{n}" for n in range(7)]
    lines = "\n".join(f"and x = :{name}  -- given: {name}" for name in names)

    with pytest.raises(UnknownShapeError, match="too many"):
        StatementSource(f"-- name: it({', '.join(names)})\nselect 1 where true\n{lines}\n;\n")


async def test_the_arguments_choose_the_shape(database: Database) -> None:
    source = """\
-- name: words(word, twice, shout)$
select ''
       || :word::text  -- given: word
       || :word::text  -- given: word, twice
       || '!'  -- given: shout
;
"""
    words = ShapedStatement(StatementSource(source), read)

    said = [
        await words(database, word=word, twice=twice, shout=shout)
        for word, twice, shout in [(None, True, False), ("", False, True), ("a", True, False), ("a", False, None)]
    ]

    assert said == ["", "!", "aa", "a"]
    assert words.switches == ("twice", "shout")
    assert len(set(words.texts())) == 6
