"""What named statements are put together from: fragments that several share, and lines that stand only in some shapes.

A filter that may be left out, written as `:x is null or t.x = :x`, keeps Postgres from a plan that serves every call:
it plans anew each time, for longer than it then runs. So such a filter is a line of its own that ends in
`-- given: x`: where x is None the line is left out, and each shape is a statement with a plan of its own.
`-- without: x` is the contrary. A line may have several; each combination must be a statement.

Three other things make the planner start anew. A limit that is a parameter: it is a number in the statement. A column
whose values are not equally common: its parameter stands in a select of its own, `room_id = (select :room_id::bigint)`.
And an array of ids whose length the planner sees: it is put into such a select when the statements are loaded, but for
those that still have a filter of the first kind and are best planned for what they are given. tests/plans.py finds out.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import combinations
from textwrap import indent
from typing import Any

# Each parameter that may be left out doubles the shapes, and each connection keeps the plans of all that were used.
_MOST_OPTIONAL = 6

_MARKS = r"(?: +-- (?:given|without): \w+(?:, \w+)*)"
_INCLUDE = re.compile(rf"^(?P<margin> *)-- include: (?P<name>\w+)(?P<marks>{_MARKS}*)$", re.MULTILINE)
_MARKED = re.compile(rf"^(?P<sql>.*?\S)(?P<marks>{_MARKS}+)$")
_ANY_MARK = re.compile(r"-- (given|without):")
_MARK = re.compile(r"-- (given|without): (\w+(?:, \w+)*)")
_LEFT_OUT = re.compile(r":\w+(?:::\w+(?:\[\])?)? is (?:not )?null or ")
_IDS = re.compile(r"(?<!:):\w+::bigint\[\]")
_START = re.compile(r"^(?=-- name: )", re.MULTILINE)
_HEAD = re.compile(r"-- name: (?P<name>\w+)\((?P<parameters>[\w, ]*)\)(?P<kind>\S*)\n")


class UnknownFragmentError(LookupError):
    """A statement includes what sql/fragments does not have, or a fragment includes itself."""


class UnknownShapeError(ValueError):
    """Lines depend on what is no parameter of the statement, or on too many."""


def expand(sql: str, fragments: Mapping[str, str]) -> str:
    """Each line `-- include: NAME` becomes that fragment, which may include others; its marks become its lines'."""

    def fragment(match: re.Match[str]) -> str:
        name, marks = match["name"], match["marks"]
        if name not in fragments:
            raise UnknownFragmentError(
                f"-- include: {name}: there is no {name}.sql in sql/fragments that it may include"
            )
        others = {key: text for key, text in fragments.items() if key != name}
        lines = expand(fragments[name].rstrip(), others).split("\n")
        marked = "\n".join(line if not line or line.lstrip().startswith("--") else line + marks for line in lines)
        return indent(marked, match["margin"])

    return _INCLUDE.sub(fragment, sql)


def _one_plan(statement: str) -> str:
    """Each array of ids in a select of its own, so that one plan serves arrays of every length."""
    return statement if _LEFT_OUT.search(statement) else _IDS.sub(r"(select \g<0>)::bigint[]", statement)


class StatementSource:
    """A statement as it is written, and which of its lines stand in which shape."""

    def __init__(self, text: str) -> None:
        head = _HEAD.match(text)
        if head is None:
            raise UnknownShapeError(f"a statement in shapes declares its parameters: {text.splitlines()[0]}")
        self.name, self._kind = head["name"], head["kind"]
        self.parameters = tuple(name for name in re.split(r", *", head["parameters"]) if name)
        self._lines = [_line(line) for line in text[head.end() :].split("\n")]
        named = {name for _, conditions in self._lines for name, _ in conditions}
        self.optional = tuple(name for name in self.parameters if name in named)
        self.used = {name for name in self.parameters if any(_uses(sql, name) for sql, _ in self._lines)}
        if unknown := named - set(self.parameters):
            raise UnknownShapeError(f"{self.name}: lines depend on {sorted(unknown)}, which it does not take")
        if len(self.optional) > _MOST_OPTIONAL:
            raise UnknownShapeError(f"{self.name}: {len(self.optional)} parameters that may be left out are too many")

    def shape(self, given: Collection[str]) -> tuple[str, tuple[str, ...]]:
        """The statement where these are given, in aiosql's form, and the parameters that it takes then."""
        kept = [sql for sql, conditions in self._lines if all((name in given) is wanted for name, wanted in conditions)]
        body = "\n".join(kept)
        takes = tuple(name for name in self.parameters if _uses(body, name))
        return f"-- name: {self.name}({', '.join(takes)}){self._kind}\n{_one_plan(body)}", takes


def _uses(sql: str, parameter: str) -> bool:
    return re.search(rf"(?<!:):{parameter}\b", sql) is not None


def _line(line: str) -> tuple[str, list[tuple[str, bool]]]:
    """A line without its marks, and the names that must be given, or must not, for it to stand."""
    marked = _MARKED.match(line)
    if marked is None:
        if _ANY_MARK.search(line):
            raise UnknownShapeError(f"marks stand at the end of a line of SQL: {line}")
        return line, []
    conditions = [
        (name, word == "given") for word, names in _MARK.findall(marked["marks"]) for name in names.split(", ")
    ]
    return marked["sql"], conditions


def split_by_shape(sql: str) -> tuple[str, list[StatementSource]]:
    """The statements that have one shape, as they are, and those that have several."""
    plain, shaped = [], []
    for text in _START.split(sql):
        if _ANY_MARK.search(text):
            shaped.append(StatementSource(text))
        else:
            plain.append(_one_plan(text))
    return "".join(plain), shaped


class ShapedStatement:
    """One function over all shapes of a statement: which of the optional parameters are given chooses one.

    Given is what is not None. A parameter that only chooses lines, and is in none of them, is a bool: given if true.
    """

    def __init__(self, source: StatementSource, read: Callable[[str], Any]) -> None:
        """`read` makes functions of statements."""
        self._source, self._read = source, read
        self._shapes: dict[frozenset[str], tuple[Any, tuple[str, ...]]] = {}
        whole, _ = self._shape(frozenset(source.optional))
        self.__name__, self.__doc__ = source.name, whole.__doc__
        self.sql, self.operation, self.__signature__ = whole.sql, whole.operation, whole.__signature__
        self.optional = source.optional
        self.switches = tuple(name for name in source.optional if name not in source.used)

    def __call__(self, on: Any, /, **parameters: Any) -> Any:
        """Run the shape that fits."""
        without = {name for name in self.switches if not parameters[name]}
        given = (name for name in self.optional if parameters[name] is not None and name not in without)
        run, takes = self._shape(frozenset(given))
        return run(on, **{name: parameters[name] for name in takes})

    def texts(self) -> Iterator[str]:
        """The SQL of every shape."""
        for count in range(len(self.optional) + 1):
            for given in combinations(self.optional, count):
                yield self._shape(frozenset(given))[0].sql

    def _shape(self, given: frozenset[str]) -> tuple[Any, tuple[str, ...]]:
        found = self._shapes.get(given)
        if found is None:
            text, takes = self._source.shape(given)
            found = self._shapes[given] = getattr(self._read(text), self._source.name), takes
        return found
