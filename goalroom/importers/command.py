"""Makes a room from an issue file of beads."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import TextIO

from db.core.database import Database
from db.core.enums import DependencyKind
from db.operations import imports
from db.operations.import_plan import Known, Plan
from goalroom.importers.beads.reader import read_file
from goalroom.importers.issues import File
from goalroom.importers.names import room_name
from goalroom.importers.planner import plan


async def import_file(database: Database, path: Path, room: str | None, out: TextIO, err: TextIO) -> None:
    """Add what of the file isn't in the room yet, and say what was made, and what wasn't and why."""
    file = await asyncio.to_thread(read_file, path)
    name = room_name(path) if room is None else room
    planned = Plan()

    def planning(known: Known) -> Plan:
        nonlocal planned
        planned = plan(file, known)
        return planned

    made = await imports.load(database, name, planning)
    for line in file.complaints.lines():
        print(line, file=err)
    there = len(file.issues) - len(planned.objectives) - len(planned.tasks)
    blocks = sum(edge.kind is DependencyKind.BLOCKS for edge in planned.dependencies)
    print(f"Room {made.room.name}:", file=out)
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


def _with(file: File, kind: str) -> str:
    count = file.no_work_dependencies[kind]
    return f", with {count} dependencies" if count else ""
