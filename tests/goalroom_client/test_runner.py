"""The runner as a process: what arrives in an inbox starts a command, and every run is accounted for."""

import os
import time
from typing import Any

import pytest

from tests.goalroom_client.machine import Machine, until


def test_what_settled_starts_one_run_which_is_noted(machine: Machine) -> None:
    with machine.running(machine.configure(kinds=["DIRECT"], settle_seconds=1.5)):
        machine.send("One")
        machine.send("Two")
        until(machine.notes)

        [run] = machine.runs()
        wake = run["environment"]["GOALROOM_WAKE"].split(",")
        assert len(wake) == 2
        item, task, session, prompt = run["arguments"]
        assert (item, task, session) == (wake[0], "", run["environment"]["GOALROOM_SESSION"])
        assert prompt.endswith("; $HOME")
        assert run["environment"]["GOALROOM_ROOM"] == machine.team.room
        assert "GOALROOM_TOKEN" not in run["environment"]
        [note] = machine.notes()
        assert f"woken by {', '.join(wake)}, ended after" in note
        assert note.endswith(": ok.")
        assert machine.breaker() == "CLOSED"
    [log] = machine.logs.glob("*.log")
    assert log.read_text().startswith("working\n")


def test_a_run_for_a_task_is_noted_there_and_what_is_moot_starts_none(machine: Machine) -> None:
    machine.todo("nothing")
    with machine.running(machine.configure(kinds=["ASSIGNED"], settle_seconds=1.5)):
        moot = machine.sender.json("add", "Moot", "--assignee", machine.agent.name)["id"]
        assert machine.sender("cancel", moot, "No longer wanted").status == 0
        task = machine.sender.json("add", "Look at it", "--assignee", machine.agent.name)["id"]

        until(lambda: machine.notes_on(task))

        assert machine.notes_on(task)[0].endswith(": nothing done.")
        assert [run["arguments"][1] for run in machine.runs()] == [task]
        assert machine.notes_on(moot) == machine.notes() == []


def test_three_failures_open_the_breaker_and_a_good_run_closes_it(machine: Machine) -> None:
    machine.todo("fail")
    with machine.running(machine.configure(cooldown_seconds=4)):
        for count in range(1, 4):
            machine.send(f"Number {count}")
            machine.until_noted(count)
        assert all(note.endswith(": failed 3.") for note in machine.notes())
        until(lambda: machine.breaker() == "OPEN")
        machine.todo("ack")
        machine.send("One more")
        time.sleep(1)
        assert len(machine.runs()) == 3

        until(lambda: len(machine.notes()) == 4)
        assert machine.notes()[-1].endswith(": ok.")
        until(lambda: machine.breaker() == "CLOSED")
        # All that was still unacknowledged came with it.
        assert len(machine.runs()[-1]["environment"]["GOALROOM_WAKE"].split(",")) == 4


def test_a_silent_run_ends_with_all_that_it_started(machine: Machine) -> None:
    machine.todo("hang")
    with machine.running(machine.configure(silence_seconds=1)):
        machine.send("Hello")
        until(machine.notes)

        assert machine.notes()[0].endswith(": silent.")
        child = int((machine.agent.home / "child").read_text())
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_what_was_not_acknowledged_wakes_again_after_the_runner_was_killed(machine: Machine) -> None:
    machine.todo("hang")
    config = machine.configure()
    with machine.running(config) as first:
        machine.send("Hello")
        until((machine.agent.home / "child").exists)
        first.kill()
    machine.todo("ack")
    with machine.running(config):
        until(lambda: len(machine.notes()) == 2)

        assert [note.rsplit(" ", 1)[1] for note in machine.notes()] == ["killed.", "ok."]
        child = int((machine.agent.home / "child").read_text())
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
        assert len({run["environment"]["GOALROOM_WAKE"] for run in machine.runs()}) == 1


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"kinds": ["LUNCH"]}, "LUNCH"),
        ({"profile": "nobody"}, "nobody"),
        ({"command": []}, "command"),
        ({"concurrency": 0}, "concurrency"),
    ],
)
def test_a_file_that_can_not_be_meant_so_is_named(machine: Machine, more: dict[str, Any], named: str) -> None:
    ended = machine.agent("runner", str(machine.configure(**more)))

    assert ended.status == 2
    assert named in ended.errors
