"""What a room would get from a file that a test writes."""

import json
from pathlib import Path
from typing import Any

from db.operations.import_plan import Known, NewTask, Plan
from goalroom.importers.command import read_file
from goalroom.importers.planner import plan


def planned(source: str, path: Path, content: Any) -> tuple[Plan, list[str]]:
    """The plan, and what is said of what was left out; content that is no text or bytes is written as JSON."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), "utf-8")
    file = read_file(path, source)
    return plan(file, Known()), list(file.complaints.lines())


def by_ref(made: Plan) -> dict[str, NewTask]:
    return {task.ref: task for task in made.tasks}


def edges(made: Plan) -> set[tuple[Any, Any, str]]:
    return {(edge.task, edge.on, edge.kind.value) for edge in made.dependencies}
