"""Pages that follow from the code: the commands' own help, and the codes of refusals with what each says."""

import ast
import re
from pathlib import Path
from typing import Any

import typer

from db.core.errors import ErrorCode
from goalroom.commands.cli import app

ROOT = Path(__file__).parents[2]
_ERRORS = ROOT / "db" / "core" / "errors.py"
_ADVICE = re.compile(r"^\| ([^|]+) \| ([^|]*\b[A-Z]+_?[A-Z]+\b[^|]*) \|$", re.MULTILINE)
_CODE = re.compile(r"\b([A-Z][A-Z_]{4,})\b(?: \(([^)]*)\))?")
_COMMANDS = """As the commands print it. [Commands](commands.md) says what their output and exit codes are, and
[settings](settings.md) what several of them share."""
_REFUSALS = """A refusal is an error whose `extensions` have a `code`, a `hint` and the facts below. It changed nothing.
Words in braces are facts of the case. [How to handle them](../integrators.md) is for programs, and [the guide for
agents](../agents.md#when-you-are-refused) for agents."""


def commands() -> str:
    """What `--help` says of each."""
    parts = [
        "# goalroom: help of each command",
        _COMMANDS,
    ]
    for path, command in _commands("goalroom", typer.main.get_command(app)):
        context = command.context_class(command, info_name=path, terminal_width=100)
        parts.append(f"## {path}\n\n```text\n{command.get_help(context).strip()}\n```")
    return "\n\n".join(parts) + "\n"


def _commands(path: str, command: Any) -> list[tuple[str, Any]]:
    """Each with those below it; typer brings a click of its own, which has no types."""
    below = getattr(command, "commands", {})
    return [(path, command), *(one for name, sub in sorted(below.items()) for one in _commands(f"{path} {name}", sub))]


def errors() -> str:
    """Each code: what is said, the facts that come with it, and what to do."""
    advice = {
        code: f"{what}{f' ({more})' if more else ''}"
        for what, codes in _ADVICE.findall((ROOT / "docs" / "agents.md").read_text("utf-8"))
        for code, more in _CODE.findall(codes)
    }
    parts = [
        "# Error codes",
        _REFUSALS,
    ]
    said = _refusals()
    for code in ErrorCode:
        lines = [f"## {code}"]
        if code in advice:
            lines.append(f"What to do: {advice[code]}.")
        rows = [
            f"| {_cell(message)} | {_cell(hint)} | {', '.join(f'`{fact}`' for fact in facts) or 'none'} |"
            for message, hint, facts in said.get(code.value, ())
        ]
        if rows:
            lines.append("\n".join(["| it says | and hints | facts |", "| --- | --- | --- |", *rows]))
        parts.append("\n\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _refusals() -> dict[str, list[tuple[str, str, list[str]]]]:
    """By code: the texts of each class, and its fields."""
    found: dict[str, list[tuple[str, str, list[str]]]] = {}
    for node in ast.parse(_ERRORS.read_text("utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        code = next((_code(part) for part in node.body if isinstance(part, ast.Assign) and _code(part)), None)
        texts = {part.name: _texts(part) for part in node.body if isinstance(part, ast.FunctionDef)}
        if code is not None and texts.get("message"):
            targets = [part.target for part in node.body if isinstance(part, ast.AnnAssign)]
            facts = [_camel(target.id) for target in targets if isinstance(target, ast.Name)]
            found.setdefault(code, []).append((texts["message"], texts.get("hint", ""), facts))
    return found


def _code(part: ast.Assign) -> str | None:
    names = [target.id for target in part.targets if isinstance(target, ast.Name)]
    return part.value.attr if names == ["code"] and isinstance(part.value, ast.Attribute) else None


def _texts(function: ast.FunctionDef) -> str:
    """What it can return, one after the other."""
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    return " / ".join(dict.fromkeys(filter(None, map(_text, returned))))


def _text(value: ast.expr) -> str:
    """A text with the names of what is put into it in braces."""
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.FormattedValue(value=inner):
            return f"{{{_name(inner)}}}"
        case ast.BinOp(left=left, right=right):
            return _text(left) + _text(right)
        case ast.IfExp(body=body, orelse=orelse):
            return " / ".join(filter(None, (_text(body), _text(orelse))))
        case _:
            return f"{{{_name(value)}}}"


def _name(value: ast.expr) -> str:
    names = [node.attr for node in ast.walk(value) if isinstance(node, ast.Attribute)]
    names += [node.id for node in ast.walk(value) if isinstance(node, ast.Name) and node.id != "self"]
    own = [
        node.attr for node in ast.walk(value) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self"
    ]
    return _camel((own or names or ["…"])[0].lstrip("_"))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("{", "`{").replace("}", "}`")
