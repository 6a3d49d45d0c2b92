"""What the samples say, read anew for the tests: nothing here comes from the importers."""

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[2] / "data" / "imports"


@dataclass(slots=True)
class Said:
    """Of a sample, by ids as the labels have them: titles, who waits for whom, and what is below what."""

    titles: dict[str, str] = field(default_factory=dict)
    blocks: set[tuple[str, str]] = field(default_factory=set)
    below: dict[str, str] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)


def github(path: Path) -> Said:
    said = Said()
    for issue in json.loads(path.read_text("utf-8")):
        key = str(issue["number"])
        said.titles[key] = issue["title"]
        if issue["state"] == "CLOSED":
            said.finished.add(key)
    return said


def linear_json(path: Path) -> Said:
    said = Said()
    for issue in json.loads(path.read_text("utf-8-sig")):
        key = issue["identifier"]
        said.titles[key] = issue["title"]
        if issue.get("project"):
            said.below[key] = f"project/{issue['project']['id']}"
        if issue["state"]["name"] in ("Done", "Canceled", "Duplicate"):
            said.finished.add(key)
    return said


def linear_csv(path: Path) -> Said:
    said = Said()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            said.titles[row["ID"]] = row["Title"]
            above = row["Parent issue"] or (row["Project"] and f"project/{row['Project']}")
            if above:
                said.below[row["ID"]] = above
            if row["Completed"] or row["Canceled"]:
                said.finished.add(row["ID"])
    return said


def taskmaster(path: Path) -> Said:
    said = Said()
    for tag, held in json.loads(path.read_text("utf-8")).items():
        for task in held["tasks"]:
            _taskmaster_task(said, f"{tag}/{task['id']}", task, tag, f"{tag}/")
            for part in task.get("subtasks", []):
                key = f"{tag}/{task['id']}"
                _taskmaster_task(said, f"{key}.{part['id']}", part, key, f"{key}.")
    return said


def _taskmaster_task(said: Said, key: str, task: dict[str, Any], above: str, before: str) -> None:
    said.titles[key] = task["title"]
    said.below[key] = above
    said.blocks |= {(key, f"{before}{on}") for on in task.get("dependencies", [])}
    if task["status"] in ("done", "cancelled"):
        said.finished.add(key)


def backlog(path: Path) -> Said:
    """Front matter, line by line: a field, or an item of the field above."""
    said = Said()
    for file in sorted(path.glob("tasks/*.md")):
        fields: dict[str, list[str]] = {}
        name = ""
        for line in file.read_text("utf-8").split("\n---\n")[0].splitlines()[1:]:
            if line.startswith("  "):
                fields[name].append(line.strip().removeprefix("- ").strip("'\""))
            else:
                name, _, value = line.partition(":")
                fields[name] = [value.strip().strip("'\"")] if value.strip() not in ("", "[]") else []
        key = fields["id"][0]
        first, *more = fields["title"]
        said.titles[key] = " ".join(more) if first == ">-" else first.replace("''", "'")
        said.blocks |= {(key, on.upper()) for on in fields["dependencies"]}
        for above in fields.get("parent_task_id", ()):
            said.below[key] = above
        if fields["status"][0] == "Done":
            said.finished.add(key)
    return said


READERS = {
    ("backlog", "backlog"): backlog,
    ("github", "github-issue-list.json"): github,
    ("linear", "linear-issues.json"): linear_json,
    ("linear", "linear-export.csv"): linear_csv,
    ("taskmaster", "taskmaster-tasks.json"): taskmaster,
}
