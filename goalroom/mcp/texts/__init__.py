"""Texts that models read: made from docs/agents.md by `python -m tests.agent_texts`."""

from functools import cache
from importlib import resources

PROMPTS = ("next", "review", "standup")
INSTRUCTIONS, SKILL = "instructions.md", "SKILL.md"


@cache
def text(name: str) -> str:
    """The text of this name."""
    return resources.files(__name__).joinpath(name).read_text("utf-8")
