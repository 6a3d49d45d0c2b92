"""Makes what MCP tells models from docs/agents.md: `python -m tests.agent_texts` writes it anew."""

import re
from collections.abc import Mapping
from pathlib import Path

from goalroom.mcp.texts import INSTRUCTIONS, PROMPTS, SKILL
from tests.guide import GUIDE

FOLDER = Path(__file__).parents[1] / "goalroom" / "mcp" / "texts"

_INSTRUCTIONS = re.compile(r"<!-- instructions -->\n(.*?)<!-- /instructions -->\n", re.DOTALL)
_PROMPT = r"^- `{}`: (.*?)$(?=\n- |\n\n)"
_MARKER = re.compile(r"^<!-- .* -->\n", re.MULTILINE)
_FRONT_MATTER = """\
---
name: goalroom
description: How an agent works with Goalroom - check in, claim a task, say how it goes, submit it, review for others.
---

"""


def texts() -> Mapping[str, str]:
    """Each of them, by the name of its file."""
    guide = GUIDE.read_text("utf-8")
    instructions = _INSTRUCTIONS.search(guide)
    assert instructions is not None
    made = {INSTRUCTIONS: instructions[1], SKILL: _FRONT_MATTER + _MARKER.sub("", guide)}
    for name in PROMPTS:
        prompt = re.search(_PROMPT.format(name), guide, re.DOTALL | re.MULTILINE)
        assert prompt is not None, name
        made[f"{name}.md"] = " ".join(prompt[1].split()) + "\n"
    return made


if __name__ == "__main__":
    for name, text in texts().items():
        (FOLDER / name).write_text(text, "utf-8")
