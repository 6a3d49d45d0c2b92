"""Which tool reads what, and where."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goalroom_client.failures import bad_usage
from goalroom_client.tool_files.json_entries import JsonEntries
from goalroom_client.tool_files.marked_section import MarkedSection
from goalroom_client.tool_files.toml_table import TomlTable

TOOLS = ("claude", "codex", "gemini", "cursor", "vscode", "agents-md")

File = JsonEntries | TomlTable | MarkedSection

_SECTION = """
## Goalroom

This project's work is coordinated in a Goalroom: who does what, what waits for what, what was decided.

- Run `gr prime` once: it says how to work here. `gr brief` says what waits for you.
- `gr claim` gives you a task that nobody else has. Say how it goes: `gr say T42 TEXT --progress`.
- Hand it in with `gr submit`, or give it back with `gr release`. Never just stop.
"""
_NAME = "goalroom"
_SECONDS, _MILLISECONDS = 5, 5_000


def files(tool: str, url: str, project: Path | None) -> list[File]:
    """What the tool reads: of the project that is in this folder, or else of the user."""
    home = Path.home()
    mcp = f"{url}/mcp"
    match tool:
        case "claude":
            entry = {"type": "http", "url": mcp, "headers": _bearer("${GOALROOM_TOKEN}")}
            servers = project / ".mcp.json" if project else home / ".claude.json"
            settings = (project or home) / ".claude" / "settings.json"
            return [
                JsonEntries(servers, {("mcpServers", _NAME): entry}),
                JsonEntries(settings, {}, _hooks("SessionStart", "PostToolUse", "Stop", _SECONDS)),
            ]
        case "codex":
            folder = project / ".codex" if project else Path(os.environ.get("CODEX_HOME") or home / ".codex")
            table = {"url": mcp, "bearer_token_env_var": "GOALROOM_TOKEN"}
            return [
                TomlTable(folder / "config.toml", ("mcp_servers", _NAME), table),
                JsonEntries(folder / "hooks.json", {}, _hooks("SessionStart", "PostToolUse", "Stop", _SECONDS)),
            ]
        case "gemini":
            entry = {"httpUrl": mcp, "headers": _bearer("$GOALROOM_TOKEN")}
            hooks = _hooks("SessionStart", "AfterTool", "AfterAgent", _MILLISECONDS)
            path = (project or home) / ".gemini" / "settings.json"
            return [JsonEntries(path, {("mcpServers", _NAME): entry}, hooks, comments=True)]
        case "cursor":
            entry = {"url": mcp, "headers": _bearer("${env:GOALROOM_TOKEN}")}
            path = (project or home) / ".cursor" / "mcp.json"
            return [JsonEntries(path, {("mcpServers", _NAME): entry}, comments=True)]
        case "vscode":
            entry = {"type": "http", "url": mcp, "headers": _bearer("${env:GOALROOM_TOKEN}")}
            folder = project / ".vscode" if project else _vscode_user()
            return [JsonEntries(folder / "mcp.json", {("servers", _NAME): entry}, comments=True)]
    if project is None:
        raise bad_usage("AGENTS.md belongs to a project: leave out --user.")
    return [MarkedSection(project / "AGENTS.md", _SECTION)]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _hooks(start: str, tool: str, stop: str, timeout: int) -> Mapping[str, Mapping[str, Any]]:
    """By the tool's own names of these moments; without a matcher they stand for all tools and kinds of start."""
    return {
        start: {"hooks": [_command("start", timeout)]},
        tool: {"hooks": [_command("tool", timeout)]},
        stop: {"hooks": [_command("stop", timeout)]},
    }


def _command(moment: str, timeout: int) -> dict[str, Any]:
    return {"type": "command", "command": f"gr hook {moment}", "timeout": timeout}


def _vscode_user() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/Code/User"
    if sys.platform == "win32":
        return Path(os.environ["APPDATA"]) / "Code/User"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "Code/User"
