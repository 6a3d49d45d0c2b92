"""What every tool answers in its usual and its empty case: answers.md, which is reviewed as one reviews a page."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from goalroom.mcp.tool_list import TOOLS
from tests.api.mcp.mcp_client import MCP
from tests.api.server_fixture import Live

PAGE = Path(__file__).parent / "answers.md"
_WRITE = "GOALROOM_WRITE_ANSWERS"
_HEAD = (
    f"# What the tools of MCP answer\n\nWritten by `{_WRITE}=1 .venv/bin/pytest -n 0 tests/api/mcp/test_answers.py`.\n"
)
_ID = re.compile(r"\b([A-Z])(\d+)\b")
_CURSOR = re.compile(r"\bR\d+\.\d+\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[:.\d]*(?:Z| UTC)")


class Page:
    """Calls with their answers; ids are numbered anew, for those of a database are never used twice."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self.text = _HEAD

    def add(self, what: str, tool: str, arguments: dict[str, Any], text: str) -> None:
        shown = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        answer = self._renamed(f"{tool}({shown})\n\n{text}")
        self.text += f"\n## {tool}: {what}\n\n```text\n{answer}\n```\n"

    def _renamed(self, text: str) -> str:
        text = _TIME.sub("2026-01-01T00:00Z", _CURSOR.sub("R1.CURSOR", text))
        return _ID.sub(self._numbered, text)

    def _numbered(self, found: re.Match[str]) -> str:
        letter, name = found[1], found[0]
        if name not in self._ids and letter in "ACDFIKMNOQRTV":
            self._counts[letter] = self._counts.get(letter, 0) + 1
            self._ids[name] = f"{letter}{self._counts[letter]}"
        return self._ids.get(name, name)


async def played(live: Live) -> AsyncIterator[tuple[str, str, dict[str, Any], str]]:  # noqa: PLR0915  # it is one story
    """A small story in which each tool is called where there is nothing for it, and where there is."""
    ann, bob = MCP(live, await live.newcomer("ann")), MCP(live, await live.newcomer("bob"))
    said: dict[str, Any] = {}

    async def call(what: str, client: MCP, tool: str, /, **arguments: Any) -> tuple[str, str, dict[str, Any], str]:
        answer = said["answer"] = await client.call(tool, **arguments)
        return what, tool, arguments, answer.text

    yield await call("nothing waits", bob, "check_in")
    yield await call("nothing to take", bob, "claim_task")
    yield await call("no review", bob, "claim_task", kind="review")
    yield await call("nothing remembered", bob, "recall", scope="me")
    for view in ("ready", "tree", "digest", "inbox", "decisions"):
        yield await call(f"{view}, empty", bob, "look_up", view=view)
    planned = {
        "objective": "Ship the parser",
        "keyResults": [{"title": "p99", "target": 5, "start": 40, "unit": "ms"}],
        "tasks": [
            {"ref": "parse", "title": "Write the parser", "description": "As in the paper.", "labels": ["core"],
             "criteria": ["Its tests pass", "It is documented"], "instructions": "Keep it small", "assignee": "bob"},
            {"ref": "tune", "title": "Make it fast", "criteria": ["p99 below 5 ms"], "after": ["parse"]},
        ],
    }  # fmt: skip
    yield await call("two tasks", ann, "plan_tasks", **planned)
    first, second = said["answer"].ids("T")
    [goal] = said["answer"].ids("O")
    yield await call("to an agent, and to nobody", ann, "send_message", to=["bob"], body="Start with the lexer, @zoe")
    yield await call("to a channel", ann, "send_message", to=["#general"], body="@bob has the parser")
    yield await call("a value", ann, "remember", scope=first, key="where", value={"file": "parser.py"})
    yield await call("news, and a task to take up", bob, "check_in")
    yield await call("acknowledged", bob, "check_in", ack=["all"])
    yield await call("the best", bob, "claim_task")
    first_criterion, second_criterion = said["answer"].ids("Q")
    yield await call("held by another", ann, "claim_task", task=first)
    yield await call(
        "progress and notes", bob, "update_task", task=first, progress="The lexer stands", notes="See parser.py"
    )
    yield await call("an objective", ann, "update_task", task=goal, comment="On its way")
    yield await call("what is held", bob, "check_in")
    yield await call("a question", bob, "block_task", task=first, question="Drop Latin-1?", options=["drop", "keep"])
    yield await call("blocked", bob, "look_up", view="blocked")
    yield await call("decisions", ann, "look_up", view="decisions")
    proposal = said["answer"].ids("D")[0]
    withdraw = "mutation ($id: ID!) { withdrawProposal(input: {proposal: $id}) { status } }"
    yield await call("a mutation", bob, "goalroom_graphql", query=withdraw, variables={"id": proposal})
    await bob.done("claim_task", task=first)
    yield await call("a query", bob, "goalroom_graphql", query="{ me { name } }")
    # Which is over already when it is asked for: the other one waits for this one.
    yield await call("in a circle", bob, "block_task", task=first, on=[second])
    yield await call(
        "with a handoff", bob, "release_task", task=first, done="The lexer", pending="The rest", gotchas="Latin-1"
    )
    await bob.done("claim_task", task=first)
    yield await call("criteria left out", bob, "submit_task", task=first, summary="It parses")
    results = [{"id": one, "met": True, "evidence": "CI run 17"} for one in (first_criterion, second_criterion)]
    artifacts = [{"kind": "PULL_REQUEST", "url": "https://example.org/pull/5", "title": "The parser"}]
    handed_in = {"task": first, "summary": "It parses", "criteria": results, "artifacts": artifacts}
    yield await call("handed in", bob, "submit_task", **handed_in)
    yield await call("again", bob, "submit_task", **handed_in)
    yield await call("a review", ann, "claim_task", kind="review")
    rejected = [second_criterion]
    yield await call(
        "sent back",
        ann,
        "review_task",
        task=first,
        verdict="changes",
        comment="Say it in the README",
        rejected=rejected,
    )
    yield await call("sent back to its author", bob, "check_in")
    await bob.done("check_in", ack=["all"])
    yield await call("taken up again", bob, "claim_task")
    await bob.done("submit_task", **handed_in)
    yield await call("approved", ann, "review_task", task=first, verdict="approve", comment="Good")
    yield await call("what is there", bob, "recall", scope=first)
    yield await call("things by id", bob, "look_up", ids=[goal, second, "T9999999"])
    yield await call("words", bob, "look_up", search="parser")
    for view in ("ready", "mine", "waiting_on_me", "i_wait_for", "stale", "in_review", "tree", "agents", "digest",
                 "inbox", "insights"):  # fmt: skip
        yield await call(view, bob, "look_up", view=view)
    yield await call("forgotten", ann, "remember", scope=first, key="where", value=None)
    yield await call("wrong arguments", bob, "claim_task", waitSeconds=600)
    yield await call("unknown", bob, "make_coffee")


async def test_the_answers_are_those_of_the_page(live: Live) -> None:
    page, called = Page(), set()
    async for what, tool, arguments, text in played(live):
        called.add(tool)
        page.add(what, tool, arguments, text)
    if os.environ.get(_WRITE):
        PAGE.write_text(page.text, "utf-8")

    assert {tool.name for tool in TOOLS} <= called
    assert page.text == PAGE.read_text("utf-8")
