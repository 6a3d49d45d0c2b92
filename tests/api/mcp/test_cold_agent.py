"""An agent that knows the list of tools and the instructions, and does what the last answer says comes next."""

import json
import re
from typing import Any

from tests.api.mcp.mcp_client import MCP, Answer
from tests.api.server_fixture import Live

_NEXT = re.compile(r"^Next: (\w+) ?(.*)$", re.MULTILINE)
# What an answer leaves to whoever reads it is written in capitals.
_TO_FILL = re.compile(r"^[A-Z][A-Z ]+$")


class ColdAgent:
    """It has no idea of the work: it fills in what is asked for, and answers for each criterion that it was shown."""

    def __init__(self, client: MCP, tools: list[str]) -> None:
        self._client, self._tools = client, tools
        self.calls: list[str] = []
        self._criteria: list[str] = []

    async def step(self, last: Answer | None) -> Answer:
        """One call: where nothing was said yet, the one that the instructions begin with."""
        tool, arguments = self._chosen(last)
        assert tool in self._tools
        answer = await self._client.call(tool, **arguments)
        self.calls.append(tool)
        self._criteria = answer.ids("Q") or self._criteria
        return answer

    def _chosen(self, last: Answer | None) -> tuple[str, dict[str, Any]]:
        steps = _NEXT.findall(last.text) if last else [("check_in", "")]
        # Of several it takes the last one that ends something: what is said as work goes on comes first.
        tool, rest = steps[-1] if steps[-1][0] in {"submit_task", "check_in"} else steps[0]
        said = json.JSONDecoder().raw_decode(rest)[0] if rest.startswith("{") else {}
        arguments = {name: self._filled(value) for name, value in said.items()}
        if tool == "submit_task":
            arguments["criteria"] = [{"id": one, "met": True, "evidence": "I looked"} for one in self._criteria]
        if "waitSeconds" in arguments:
            arguments["waitSeconds"] = 1
        return tool, arguments

    def _filled(self, value: Any) -> Any:
        return "As it was asked for" if isinstance(value, str) and _TO_FILL.match(value) else value


async def test_a_cold_agent_finishes_a_task_with_review(live: Live) -> None:
    ann = MCP(live, await live.newcomer("ann"))
    bob = MCP(live, await live.newcomer("bob"))
    tools = [tool["name"] for tool in (await bob.result("tools/list"))["tools"]]
    [task] = (await ann.done("plan_tasks", tasks=[{"title": "A", "criteria": ["It holds", "It is told"]}])).ids("T")
    await ann.done("send_message", to=["bob"], body="Take A, please")
    agent, reviewer = ColdAgent(bob, tools), ColdAgent(ann, tools)

    async def status() -> str:
        found: str = await live.database.fetchval("select status from task where 'T' || id = $1", task)
        return found

    async def until(one: ColdAgent, wanted: str) -> None:
        last = None
        for _ in range(10):
            last = await one.step(last)
            assert not last.is_error, last.text
            if await status() == wanted:
                return
        raise AssertionError(one.calls)

    await until(agent, "VALIDATING")
    sent_back = await ann.done("claim_task", kind="review")
    await ann.done("review_task", task=task, verdict="changes", comment="Tell more", rejected=sent_back.ids("Q")[1:2])
    await until(agent, "VALIDATING")
    await ann.done("check_in", ack=["all"])
    await until(reviewer, "DONE")

    assert agent.calls[:4] == ["check_in", "check_in", "claim_task", "submit_task"]
    assert reviewer.calls == ["check_in", "claim_task", "review_task"]
