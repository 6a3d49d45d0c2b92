"""An issue of a beads file, in the file's own words."""

import json
from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from goalroom.importers.complaints import storable
from goalroom.importers.issues import Issue, Section, Source, Stripped

BEADS = Source("beads", "beads")
# Types of issues that are no work.
NO_WORK = ("event", "agent", "role", "message", "convoy", "slot", "wisp")


def _json(value: object) -> str:
    """As text, which it may be already."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    except RecursionError:
        raise ValueError("metadata is nested too deeply.") from None
    return "" if value in ("", [], {}) or text == "{}" else storable(text)


class BeadsIssue(Issue):
    """One line."""

    # Counts of what the file says anyway, and the ids of comments and dependencies.
    implied: ClassVar[tuple[str, ...]] = ("comment_count", "dependency_count", "dependent_count", "id", "issue_id")

    design: str = ""
    external_ref: Stripped = ""
    spec_id: Stripped = ""
    metadata: Annotated[str, BeforeValidator(_json)] = ""

    @property
    def is_no_work(self) -> bool:
        return self.issue_type in NO_WORK

    def sections_first(self) -> list[Section]:
        return [("Design", self.design)]

    def sections_last(self) -> list[Section]:
        metadata = f"```json\n{self.metadata}\n```" if self.metadata else ""
        return [("External reference", self.external_ref), ("Spec", self.spec_id), ("Metadata", metadata)]
