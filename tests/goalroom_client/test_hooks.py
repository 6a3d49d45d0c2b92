"""What hooks say and when, how long they take, and that they never stop an agent."""

import json
import socket
import time
from collections.abc import Callable

import pytest

from tests.goalroom_client.team import Team
from tests.goalroom_client.terminal import Ended, Terminal
from tests.goalroom_client.test_failures import Answers
from tests.patience import PATIENCE_S

Hook = Callable[..., Ended]


@pytest.fixture
def agent(team: Team, request: pytest.FixtureRequest) -> Terminal:
    """Somebody who has nothing to do yet."""
    return team.agent(f"h{abs(hash(request.node.name)) % 10**9}")


def hook(agent: Terminal, moment: str, session: str = "one", **more: object) -> Ended:
    """As a coding tool calls it."""
    return agent("hook", moment, stdin=json.dumps({"session_id": session} | more))


def take(planner: Terminal, agent: Terminal, title: str = "Write it") -> str:
    task = str(planner.json("add", title, "--criterion", "So")["id"])
    agent.json("claim", task)
    return task


@pytest.mark.parametrize("source", ["startup", "resume", "clear", "compact"])
def test_a_session_starts_with_what_is_held(planner: Terminal, agent: Terminal, source: str) -> None:
    planner.json("send", agent.name, "Please look")
    task = take(planner, agent)

    said = hook(agent, "start", source=source)

    assert (said.status, said.errors) == (0, "")
    assert said.output.startswith(f"You hold {task} P2 Write it until ")
    assert f"# {agent.name} in " in said.output
    assert "Please look" in said.output
    assert agent("brief", "--hook").output == said.output


def test_it_is_never_longer_than_tools_take(planner: Terminal, agent: Terminal) -> None:
    for number in range(6):
        task = take(planner, agent, f"{number} " + "long " * 50)
        agent.json("note", task, "words " * 500)
        planner.json("send", agent.name, "more " * 500)

    said = hook(agent, "start")

    assert 2_000 < len(said.output) < 10_000


def test_a_use_of_a_tool_renews_what_is_held_when_it_is_time(planner: Terminal, agent: Terminal) -> None:
    task = take(planner, agent)
    before = agent.json("show", task)["lease"]["expiresAt"]

    first, second, other = hook(agent, "tool"), hook(agent, "tool"), hook(agent, "tool", session="two")

    assert {(one.status, one.output, one.errors) for one in (first, second, other)} == {(0, "", "")}
    assert agent.json("show", task)["lease"]["expiresAt"] > before
    nobody = {"GOALROOM_URL": agent.environment["GOALROOM_URL"]}
    took = []
    for _ in range(5):
        began = time.monotonic()
        assert agent("hook", "tool", stdin='{"session_id": "one"}', **nobody).errors == ""
        took.append(time.monotonic() - began)
    # On a busy machine one may have to wait for its turn.
    assert min(took) < 0.1


def test_a_use_of_a_tool_asks_once_in_the_time_that_the_server_names(agent: Terminal) -> None:
    pulse = {"lost": [], "stale": [], "leases": [], "unacknowledged": 0, "nextWithinSeconds": 1}
    with Answers(*[(200, json.dumps({"data": {"heartbeat": pulse}}))] * 3) as server:
        agent.environment["GOALROOM_URL"] = server.url
        began = time.monotonic()
        while len(server.sent) < 3:
            assert hook(agent, "tool").errors == ""
            time.sleep(0.02)

    assert 2 <= time.monotonic() - began < PATIENCE_S


def test_an_agent_hears_of_what_it_lost(planner: Terminal, agent: Terminal) -> None:
    task = take(planner, agent)
    assert hook(agent, "tool", session="before").status == 0
    agent.json("beat", "--session", "late")
    planner.json("cancel", task, "Moot")

    said = hook(agent, "tool", session="late")

    assert (said.status, said.output) == (2, "")
    assert said.errors == f"{task} Write it is no longer yours: stop working on it.\n"


def test_an_end_is_blocked_once_where_something_urgent_waits(planner: Terminal, agent: Terminal) -> None:
    assert hook(agent, "stop").status == 0
    planner.json("send", agent.name, "Stop the release\x1b[2J")

    blocked, again, third = hook(agent, "stop"), hook(agent, "stop"), hook(agent, "stop")

    assert (blocked.status, blocked.output) == (2, "")
    assert "DIRECT" in blocked.errors
    # What others wrote can't steer a terminal.
    assert "Stop the release\N{REPLACEMENT CHARACTER}[2J\n" in blocked.errors
    assert (again.status, again.errors) == (0, "")
    assert third.status == 2
    assert hook(agent, "stop", session="two", stop_hook_active=True).status == 0
    agent.json("ack", "all")
    assert (hook(agent, "stop", session="three").status, hook(agent, "stop", session="three").status) == (0, 0)


def test_news_that_can_wait_block_nothing(planner: Terminal, agent: Terminal) -> None:
    planner.json("assign", planner.json("add", "Later", "--criterion", "So")["id"], agent.name)
    assert [item["kind"] for item in agent.json("inbox")] == ["ASSIGNED"]

    assert hook(agent, "stop").status == 0


def test_held_work_that_was_not_spoken_of_blocks_the_end(planner: Terminal, agent: Terminal) -> None:
    hook(agent, "start")
    task = take(planner, agent)

    silent = hook(agent, "stop")
    agent.json("say", task, "Half of it", "--progress")
    hook(agent, "stop")
    spoken = hook(agent, "stop", session="one")

    assert silent.status == 2
    assert f"You hold {task} Write it and said nothing of it" in silent.errors
    assert spoken.status == 0
    # Another session has its own word to give.
    time.sleep(0.01)
    hook(agent, "start", session="two")
    assert hook(agent, "stop", session="two").status == 2


@pytest.mark.parametrize("moment", ["start", "tool", "stop"])
def test_without_a_server_it_ends_in_time_and_says_so_in_a_line(agent: Terminal, moment: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for url in ("http://127.0.0.1:1", f"http://127.0.0.1:{silent.getsockname()[1]}"):
            began = time.monotonic()
            process = agent.started("hook", moment, GOALROOM_URL=url, GOALROOM_SESSION=url)
            # Its standard input stays open, and says nothing.
            assert process.wait(10) == 0
            took = time.monotonic() - began
            output, errors = process.communicate()

            assert output == ""
            assert errors.startswith("Goalroom: ")
            assert errors.count("\n") == 1
            assert took < 2


def test_where_nobody_logged_in_it_says_so_in_a_line(agent: Terminal) -> None:
    said = agent("hook", "start", stdin="no json", GOALROOM_TOKEN=None)

    assert (said.status, said.output) == (0, "")
    assert said.errors.startswith("Goalroom: No token is known for http://")
    assert agent("hook", "compact").status == 2
