"""The lines of docs/connect.md can be read by what reads them, and the check without a client works."""

import json
import re
import tomllib
from pathlib import Path

from tests.api.server_fixture import Live

PAGE = (Path(__file__).parents[3] / "docs" / "connect.md").read_text("utf-8")
URL = "http://127.0.0.1:4280/mcp"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_what_is_to_be_copied_can_be_read() -> None:
    read = [json.loads(text) for text in blocks("json")]
    [codex] = [tomllib.loads(text) for text in blocks("toml")]

    servers = [(one.get("mcpServers") or one["servers"])["goalroom"] for one in read]
    relayed = [one for one in servers if "command" in one]
    direct = [one for one in servers if "command" not in one]
    assert [one.get("url") or one["httpUrl"] for one in direct] == [URL] * 4
    assert all(one["headers"]["Authorization"].startswith("Bearer $") for one in direct)
    assert [(one["command"], one["args"]) for one in relayed] == [("gr", ["mcp"])]
    assert codex["mcp_servers"]["goalroom"]["url"] == URL


def test_the_readme_connects_with_the_same_line() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    [line] = re.findall(r"^claude mcp add .*$", readme, re.MULTILINE)

    assert line.replace("$(.venv/bin/goalroom token ada)", "$GOALROOM_TOKEN") in [text.strip() for text in blocks("sh")]


async def test_the_check_without_a_client_is_answered(live: Live) -> None:
    body = re.search(r"-d '(.*?)'", blocks("sh")[-1], re.DOTALL)
    assert body is not None

    headers = {"authorization": f"Bearer {live.token}", "content-type": "application/json", "accept": "*/*"}
    answer = await live.http.post("/mcp", content=body[1], headers=headers)

    assert answer.json()["result"]["content"][0]["text"].startswith("# admin in main")
