"""The states of tasks and proposals as diagrams: `python -m tests.state_diagram` draws both pages in docs/."""

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from db.core.enums import ProposalStatus, TaskStatus
from db.core.rules import ENDS, NEXT

DOCS = Path(__file__).parents[1] / "docs"

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)

_HEAD = """# {} states

Drawn from the transition table in `db/core/rules.py`; every other move is refused.

"""


def documents() -> Mapping[str, str]:
    """The pages that docs/ holds, by name."""
    return {
        "state-diagram.md": _page("Task", TaskStatus.TODO, "create", NEXT),
        "proposal-states.md": _page("Proposal", ProposalStatus.OPEN, "open", ENDS),
    }


def _page(subject: str, first: S, beginning: str, moves_of: Mapping[tuple[S, M], S]) -> str:
    moves = defaultdict(list)
    for (start, move), end in moves_of.items():
        moves[start, end].append(move.value)
    arrows = [f"    {start.value} --> {end.value}: {', '.join(taken)}" for (start, end), taken in moves.items()]
    return "\n".join(
        [
            f"{_HEAD.format(subject)}```mermaid",
            "stateDiagram-v2",
            f"    [*] --> {first.value}: {beginning}",
            *arrows,
            "```",
            "",
        ]
    )


if __name__ == "__main__":
    for name, page in documents().items():
        (DOCS / name).write_text(page, "utf-8")
