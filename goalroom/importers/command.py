"""Makes a room from the files of another tool."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from db.core.database import Database
from db.core.enums import DependencyKind
from db.operations import imports
from db.operations.import_plan import Known, Plan
from goalroom.command_error import CommandError
from goalroom.importers import backlog, changes, github, linear, taskmaster
from goalroom.importers.beads import reader as beads
from goalroom.importers.beads.model import BEADS
from goalroom.importers.complaints import Loss
from goalroom.importers.issues import File, Source
from goalroom.importers.names import room_name
from goalroom.importers.planner import plan
from goalroom.importers.source_files import NotIssues


@dataclass(frozen=True, slots=True)
class Importer:
    """How one source is read, and what its file must be."""

    source: Source
    what: str
    read: Callable[[Path], File]


IMPORTERS = {
    importer.source.name: importer
    for importer in (
        Importer(BEADS, "an issue file of beads", beads.read),
        Importer(github.GITHUB, "a list of issues of GitHub", github.read),
        Importer(linear.LINEAR, "an export of Linear", linear.read),
        Importer(backlog.BACKLOG, "a folder of Backlog.md", backlog.read),
        Importer(taskmaster.TASKMASTER, "a file of task-master", taskmaster.read),
    )
}


def read_file(path: Path, source: str = BEADS.name) -> File:
    """What the source's file holds; a CommandError that says what was found where that is no issue."""
    importer = IMPORTERS[source]
    try:
        file = importer.read(path)
    except OSError as error:
        raise CommandError(f"{error.filename or path} can't be read: {error.strerror}.") from error
    except NotIssues as what:
        raise CommandError(f"{path} is not {importer.what}: {what}.") from None
    if not file.issues:
        raise CommandError(f"{path} is not {importer.what}: {_nothing(file)}")
    return file


def _nothing(file: File) -> str:
    """Why a file without an issue has none."""
    left = [f"{count} of type {kind}" for kind, count in sorted(Counter(file.no_work.values()).items())]
    if file.tombstones:
        left.insert(0, f"{len(file.tombstones)} tombstones")
    return f"nothing in it is work: {', '.join(left)}." if left else next(file.complaints.lines(), "it holds no issue.")


async def import_file(
    database: Database,
    path: Path,
    room: str | None,
    out: TextIO,
    err: TextIO,
    source: str = BEADS.name,
    *,
    dry_run: bool = False,
) -> None:
    """As `bring`, of the file at this path."""
    file = await asyncio.to_thread(read_file, path, source)
    await bring(database, file, room or room_name(path, source), out, err, dry_run=dry_run)


async def bring(database: Database, file: File, name: str, out: TextIO, err: TextIO, *, dry_run: bool = False) -> None:
    """Let the room follow the file, and say what was made and changed, and what wasn't and why."""
    planned, said = Plan(), await asyncio.to_thread(changes.said, file)
    missing = 0

    def planning(known: Known) -> Plan:
        nonlocal planned, missing
        planned = plan(file, known, said)
        missing = len({*known.tasks, *known.objectives} - set(file.known()))
        return planned

    write = imports.preview if dry_run else imports.load
    made = await write(database, name, file.source.name, said, planning)
    for line in file.complaints.lines():
        print(line, file=err)
    there = len(file.issues) - len(planned.objectives) - len(planned.tasks)
    blocks = sum(edge.kind is DependencyKind.BLOCKS for edge in planned.dependencies)
    print(f"Room {made.room}{', of which nothing was changed' if dry_run else ''}:", file=out)
    for count, what in (
        (len(planned.objectives), "objectives"),
        (len(planned.tasks), "tasks"),
        (len(planned.dependencies), f"dependencies, {blocks} of them BLOCKS"),
        (len(planned.comments), "comments"),
        (made.agents, "agents"),
        (there, "issues already there"),
        (len(file.tombstones), "tombstones left out"),
        *(
            (count, f"of type {kind} left out{_with(file, kind)}")
            for kind, count in sorted(Counter(file.no_work.values()).items())
        ),
    ):
        print(f"  {count} {what}", file=out)
    for count, what in (
        (len(planned.changed_objectives) + len(planned.changed_tasks), "issues changed as the file did"),
        (made.removed_dependencies, "dependencies taken away as in the file"),
        (missing, "issues of the room are not in the file any more, and stay"),
    ):
        if count:
            print(f"  {count} {what}", file=out)
    if file.complaints.losses:
        print("Not kept as it is:", file=out)
        for loss in Loss:
            if file.complaints.losses[loss]:
                print(f"  {file.complaints.losses[loss]} {loss}", file=out)


def _with(file: File, kind: str) -> str:
    count = file.no_work_dependencies[kind]
    return f", with {count} dependencies" if count else ""
