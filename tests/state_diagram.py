"""The life of a task as a picture: `python -m tests.state_diagram > docs/state-diagram.md` draws it from the rules."""

import sys
from collections import defaultdict

from db.core.records import TaskStatus
from db.core.rules import NEXT

_HEAD = """# The life of a task

Drawn from the transition table in `db/core/rules.py`; what is not here is refused.

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
