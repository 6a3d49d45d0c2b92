"""The typed client: work that is held while its block runs, the log without a gap, refusals by their class."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from db.core.errors import ErrorCode
from goalroom_client import sdk
from goalroom_client.sdk.refusals import CLASSES
from tests.goalroom_client.team import Team
from tests.goalroom_client.terminal import CLIENT, Terminal
from tests.goalroom_client.test_watching import Proxy
from tests.patience import PATIENCE_S

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "python-sdk.md"


@pytest.fixture
async def goalroom(worker: Terminal) -> AsyncGenerator[sdk.Goalroom]:
    async with sdk.Goalroom(worker.environment["GOALROOM_URL"], token=worker.token, session="sdk") as goalroom:
        yield goalroom


@pytest.fixture
def room(goalroom: sdk.Goalroom, team: Team) -> sdk.Room:
    return goalroom.room(team.room)


def add(planner: Terminal, label: str) -> str:
    return str(planner.json("add", "Write it", "--criterion", "It reads well", "--label", label)["id"])


async def test_work_is_claimed_spoken_of_and_handed_in(room: sdk.Room, planner: Terminal, worker: Terminal) -> None:
    task = add(planner, "whole")

    async with room.work(labels=["whole"]) as claim:
        assert claim is not None
        held = worker.json("show", task)
        await claim.progress("Half of it")
        await claim.note("In a.py")
        done = await claim.submit("All", criteria={claim.task.criteria[0].id: "Read it"})

    shown = planner.json("show", task)
    assert (claim.id, claim.title, claim.lease.fence) == (task, "Write it", held["lease"]["fence"])
    assert (done.status, shown["status"], shown["notes"]) == ("VALIDATING", "VALIDATING", "In a.py")
    assert "PROGRESS" in {one["kind"] for one in shown["comments"]["nodes"]}


async def test_where_there_is_nothing_it_is_none(room: sdk.Room) -> None:
    async with room.work(labels=["nobody-has-it"], wait_seconds=1) as claim:
        assert claim is None


async def test_what_is_left_is_given_back_and_says_so(room: sdk.Room, planner: Terminal) -> None:
    left = add(planner, "left")
    async with room.work(labels=["left"]) as claim:
        assert claim is not None
    shown = planner.json("show", left)
    assert (shown["status"], shown["assignee"]) == ("TODO", None)
    assert "its program left it" in shown["handoff"]["body"]

    failed = add(planner, "failed")
    with pytest.raises(ValueError, match="out of paint"):
        async with room.work(labels=["failed"]):
            raise ValueError("out of paint")
    shown = planner.json("show", failed)
    assert (shown["status"], shown["assignee"]) == ("TODO", None)
    assert "ValueError: out of paint" in shown["handoff"]["body"]


async def test_a_block_is_an_end_of_the_claim(room: sdk.Room, planner: Terminal) -> None:
    task = add(planner, "blocked")
    async with room.work(labels=["blocked"]) as claim:
        assert claim is not None
        await claim.block(reason="No keys")

    assert planner.json("show", task)["status"] == "BLOCKED"


async def test_it_beats_while_the_block_runs(room: sdk.Room, planner: Terminal, worker: Terminal) -> None:
    task = add(planner, "long")
    async with room.work(labels=["long"]) as claim:
        assert claim is not None
        before = worker.json("show", task)["lease"]["expiresAt"]
        async with asyncio.timeout(PATIENCE_S):
            # Only the server knows it, and says nothing of it in the log.
            while worker.json("show", task)["lease"]["expiresAt"] == before:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await claim.release(done="a", pending="b")


async def test_a_claim_that_is_lost_is_a_stale_lease(room: sdk.Room, planner: Terminal) -> None:
    task = add(planner, "lost")
    with pytest.raises(sdk.StaleLease) as refused:  # noqa: PT012  # it is the block that ends with it
        async with room.work(labels=["lost"]) as claim:
            assert claim is not None
            planner.json("release", task, "--done", "a", "--pending", "b", "--to", planner.name)
            await claim.note("Late")

    assert refused.value.code == "STALE_LEASE"
    assert refused.value.facts["task"] == task
    assert planner.json("show", task)["assignee"]["name"] == planner.name


async def test_the_log_is_followed_over_drops(team: Team, planner: Terminal, worker: Terminal) -> None:
    proxy = Proxy(team.url)
    async with sdk.Goalroom(proxy.url, token=worker.token) as goalroom:
        begun = (await goalroom.api.cursor(team.room)).briefing.cursor
        async with aclosing(goalroom.room(team.room).follow(begun)) as events, asyncio.timeout(PATIENCE_S):
            heard = []
            for number in range(3):
                task = add(planner, f"n{number}")
                while (event := await anext(events)).kind != "TASK_CREATED":
                    heard.append(event.cursor)
                heard.append(event.cursor)
                assert event.task is not None
                assert event.task.id == task
                proxy.cut()
    proxy.close()

    first, last = int(begun.split(".")[1]) + 1, int(heard[-1].split(".")[1])
    assert [int(cursor.split(".")[1]) for cursor in heard] == [*range(first, last + 1)]


def test_the_guides_program_does_a_task(team: Team, planner: Terminal, worker: Terminal) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    task = add(planner, "docs")

    done = subprocess.run(  # noqa: S603  # the guide's own
        [sys.executable, "-c", program.replace('"main"', repr(team.room))],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=worker.whole_environment({"PYTHONPATH": str(CLIENT)}),
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{task} is VALIDATING\n"


async def test_refusals_have_their_classes_and_facts(team: Team, goalroom: sdk.Goalroom) -> None:
    assert CLASSES.keys() == set(ErrorCode)
    assert all(getattr(sdk, refused.__name__) is refused for refused in CLASSES.values())
    with pytest.raises(sdk.NotFound) as missing:
        await goalroom.api.rule("T999999")
    assert missing.value.facts == {"id": "T999999"}
    assert missing.value.hint
    async with sdk.Goalroom(team.url, token="wrong") as stranger:
        with pytest.raises(sdk.Unauthenticated):
            await stranger.api.me()
    async with sdk.Goalroom("http://127.0.0.1:1", token="wrong") as nowhere:
        with pytest.raises(sdk.Unavailable):
            await nowhere.api.me()
