"""Makes what MCP and `gr prime` tell models from docs/agents.md: `python -m tests.agent_texts` writes it anew."""

import re
from collections.abc import Mapping
from pathlib import Path

from goalroom.mcp.texts import INSTRUCTIONS, PROMPTS, SKILL
from tests.guide import GUIDE

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "goalroom" / "mcp" / "texts"
PRIME = ROOT / "client" / "goalroom_client" / "prime.md"

_INSTRUCTIONS = re.compile(r"<!-- instructions -->\n(.*?)<!-- /instructions -->\n", re.DOTALL)
_GR_SECTION = re.compile(r"## The loop with gr\n\n<!-- gr -->\n(.*?)<!-- /gr -->\n\n", re.DOTALL)
_PROMPT = r"^- `{}`: (.*?)$(?=\n- |\n\n)"
_MARKER = re.compile(r"^<!-- .* -->\n", re.MULTILINE)
_FRONT_MATTER = """\
---
name: goalroom
description: How an agent works with Goalroom - check in, claim a task, say how it goes, submit it, review for others.
---

"""


def without_gr(guide: str) -> str:
    """The guide for those who call the API themselves, by GraphQL or MCP."""
    return _GR_SECTION.sub("", guide).replace("the command [`gr`](#the-loop-with-gr), ", "the command `gr`, ")


def prime() -> str:
    """The guide for those who type `gr`."""
    section = _GR_SECTION.search(GUIDE.read_text("utf-8"))
    assert section is not None
    return f"# How to work in a Goalroom with gr\n\n{section[1]}"


def texts() -> Mapping[str, str]:
    """Each of them, by the name of its file."""
    guide = GUIDE.read_text("utf-8")
    instructions = _INSTRUCTIONS.search(guide)
    assert instructions is not None
    made = {INSTRUCTIONS: instructions[1], SKILL: _FRONT_MATTER + _MARKER.sub("", without_gr(guide))}
    for name in PROMPTS:
        prompt = re.search(_PROMPT.format(name), guide, re.DOTALL | re.MULTILINE)
        assert prompt is not None, name
        made[f"{name}.md"] = " ".join(prompt[1].split()) + "\n"
    return made


if __name__ == "__main__":
    for name, text in texts().items():
        (FOLDER / name).write_text(text, "utf-8")
    PRIME.write_text(prime(), "utf-8")
