"""The lines of an export: what the first and the last say, and what is wrong with those of a file."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from db.core.migrations import migrations

# Files of version 1 have no checksum.
FORMAT, VERSION = "goalroom", 2
_MOST_FAULTS = 20
# What stands before a row on its line.
_ROW = '{{"table":"{}","row":'


class CannotRestore(Exception):  # noqa: N818  # it says what the operator can do
    """The file can't be restored here: a line for each fault. Nothing was changed."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Checksum:
    """Of the lines before the last, whatever ends a line."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, line: str) -> str:
        """Count the line in, and return it."""
        self._hash.update(line.encode() + b"\n")
        return line

    def end(self, rows: int) -> str:
        """The last line."""
        return compact({"rows": rows, "sha256": self._hash.hexdigest()})


def first_line(room: str | None) -> str:
    at = datetime.now(UTC).isoformat()
    return compact({"format": FORMAT, "version": VERSION, "migration": max(migrations()), "room": room, "at": at})


class ExportFile:
    """A file that is read once, row by row. Its `faults` are complete when all rows were read."""

    def __init__(self, lines: Iterable[str], tables: Sequence[str]) -> None:
        """Reads the first line; CannotRestore where it can't be that of an export of this version or an older one."""
        self._lines = (line.removesuffix("\n") for line in lines)
        self._tables = tables
        self._checksum = Checksum()
        self._version = VERSION
        self._columns: dict[str, tuple[str, ...]] = {}
        self._count = 0
        self.faults: list[str] = []
        self.at = self._begin(self._checksum.add(next(self._lines, "")))

    def rows(self) -> Iterator[tuple[str, str]]:
        """Table and text of each row, as it was written: what a reader makes of a number is not what stood there."""
        for number, line in enumerate(self._lines, 2):
            said = _read(line)
            if "rows" in said:
                self._check_end(said)
                return
            self._count += 1
            table = said.get("table")
            fault = self._fault(table, line, said.get("row"))
            self._checksum.add(line)
            if fault is None:
                yield str(table), line[len(_ROW.format(table)) : -1]
            else:
                self._add_fault(f"Line {number} {fault}.")
        self._add_fault(f"The file is incomplete: it ends after {self._count} rows, without its last line.")

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Which columns the rows of each table have that were read so far."""
        return self._columns

    def _begin(self, line: str) -> datetime:
        """When it was exported."""
        head = _read(line)
        if head.get("format") != FORMAT:
            raise CannotRestore("This is not a file that `goalroom export` wrote.")
        version, migration, at = head.get("version"), head.get("migration"), _moment(head.get("at"))
        if type(version) is not int or version < 1:
            self._add_fault("The first line has no version, which is a number.")
        elif version > VERSION:
            raise CannotRestore("The file was written by a newer version of Goalroom: restore it with that version.")
        else:
            self._version = version
        if not isinstance(migration, str) or not migration:
            self._add_fault("The first line has no migration, which is a text.")
        elif migration > max(migrations()):
            raise CannotRestore("The file was written by a newer version of Goalroom: restore it with that version.")
        if at is None:
            self._add_fault("The first line has no time, `at`, with its zone.")
        if self.faults or at is None:
            raise CannotRestore(*self.faults)
        return at

    def _fault(self, table: object, line: str, row: object) -> str | None:
        """What is wrong with a line that should be a row."""
        if not isinstance(table, str) or table not in self._tables:
            return "is not a row of a Goalroom export"
        if not isinstance(row, dict) or not line.startswith(_ROW.format(table)):
            return "is not a row of a Goalroom export"
        if not row:
            return f"is a row of the table {table} without columns"
        if tuple(row) != self._columns.setdefault(table, tuple(row)):
            return f"has other columns than the rows of the table {table} before it"
        return None

    def _check_end(self, said: dict[str, Any]) -> None:
        counted = said["rows"]
        if counted != self._count:
            self._add_fault(f"The file is incomplete: it has {self._count} rows, and its last line counts {counted}.")
        elif self._version > 1 and compact(said) != self._checksum.end(self._count):
            self._add_fault("The file was changed or damaged: its checksum does not match.")
        if any(line.strip() for line in self._lines):
            self._add_fault("There are more lines behind the one that counts the rows.")

    def _add_fault(self, fault: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(fault)
        elif len(self.faults) == _MOST_FAULTS:
            self.faults.append("There are more.")


def compact(said: object) -> str:
    return json.dumps(said, separators=(",", ":"))


def _moment(text: object) -> datetime | None:
    """The time that this is; None where it is none, or one without a zone."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else {}
