"""The page of the documentation's site that has every command of `gr`, as its own parser has it."""

import argparse

from goalroom_client import command_line
from goalroom_client.commands.command_list import COMMANDS

_ABOUT = """What `--help` says. [What they have in common](gr.md) is another page, and [what they answer with
`--json`](gr.schema.json) is a JSON schema."""


def text() -> str:
    """A section for each command."""
    return "\n".join(["# gr: help of each command", "", _ABOUT, "", *map(_command, COMMANDS)]).rstrip() + "\n"


def _command(name: str) -> str:
    command = command_line.command_of(name)
    parser = argparse.ArgumentParser(add_help=False)
    rows = []
    for names, options in command.arguments:
        action = parser.add_argument(*names, **options)
        rows.append(f"| {_names(action)} | {_cell(str(action.help))} |")
    said = f"{COMMANDS[name]}.{f' {command.description}.' if command.description else ''}"
    table = ["", "| | |", "| --- | --- |", *rows] if rows else []
    return "\n".join([f"## `gr {name}`", "", _cell(said), *table, ""])


def _names(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
    shown = [f"{name} {value}".rstrip() if action.nargs != 0 else name for name in action.option_strings]
    named = f"`{_cell(', '.join(shown) or str(value))}`"
    if isinstance(action, argparse._AppendAction):  # noqa: SLF001  # argparse says it nowhere else
        named += " …"
    if action.required and action.option_strings:
        named += " (required)"
    return named if action.required or action.option_strings else f"[{named}]"


def _cell(said: str) -> str:
    return said.replace("|", "\\|")
