"""The states of a task as a diagram: `python -m tests.state_diagram > docs/state-diagram.md` draws it."""

import sys
from collections import defaultdict

from db.core.enums import TaskStatus
from db.core.rules import NEXT

_HEAD = """# Task states

Drawn from the transition table in `db/core/rules.py`; every other move is refused.

"""


def document() -> str:
    """The page that docs/ holds."""
    moves = defaultdict(list)
    for (start, move), end in NEXT.items():
        moves[start, end].append(move.value)
    arrows = [f"    {start.value} --> {end.value}: {', '.join(taken)}" for (start, end), taken in moves.items()]
    return "\n".join(
        [f"{_HEAD}```mermaid", "stateDiagram-v2", f"    [*] --> {TaskStatus.TODO.value}: create", *arrows, "```", ""]
    )


if __name__ == "__main__":
    sys.stdout.write(document())
