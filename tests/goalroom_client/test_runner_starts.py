"""What the runner starts a command for, and when it doesn't."""

import os
import time

from tests.goalroom_client.machine import Machine, until
from tests.goalroom_client.team import Team

_DAY_S = 86_400


def assign(machine: Machine, title: str, *more: str) -> str:
    return str(machine.sender.json("add", title, "--assignee", machine.agent.name, *more)["id"])


def test_only_tasks_with_one_of_its_labels_wake_it(machine: Machine) -> None:
    with machine.running(machine.configure(labels=["docs", "site"])):
        other, bare = assign(machine, "Code", "--label", "code"), assign(machine, "Bare")
        machine.send("This is about no task")
        task = assign(machine, "Docs", "--label", "quick", "--label", "docs")
        until(lambda: machine.notes_on(task))

        assert [run["arguments"][1] for run in machine.runs()] == [task]
        assert machine.notes() == machine.notes_on(other) == machine.notes_on(bare) == []


def test_what_was_dealt_with_meanwhile_starts_nothing(machine: Machine, team: Team) -> None:
    author = team.agent(f"author-{machine.agent.name}")
    task = str(author.json("add", "Write it", "--criterion", "So", "--reviewer", machine.agent.name)["id"])
    author.json("claim", task)
    criterion = author.json("show", task)["criteria"][0]["id"]
    with machine.running(machine.configure(settle_seconds=2)):
        machine.send("Old")
        author.json("submit", task, "All of it", "--met", f"{criterion}=Read it")
        # At another terminal the agent sees to both.
        token = machine.environment()["GOALROOM_TOKEN_FILE"]
        assert machine.agent.json("ack", "all", GOALROOM_TOKEN_FILE=token) == 2
        assert machine.agent.json("review", task, "approve", "Good", GOALROOM_TOKEN_FILE=token)["status"] == "DONE"
        machine.send("New")
        machine.until_noted(1)

        [run] = machine.runs()
        assert "," not in run["environment"]["GOALROOM_WAKE"]
        assert machine.notes_on(task) == []


def test_a_review_that_was_given_without_a_word_to_the_inbox_starts_nothing(machine: Machine, team: Team) -> None:
    author = team.agent(f"author-{machine.agent.name}")
    task = str(author.json("add", "Write it", "--criterion", "So", "--reviewer", machine.agent.name)["id"])
    author.json("claim", task)
    criterion = author.json("show", task)["criteria"][0]["id"]
    with machine.running(machine.configure(settle_seconds=1, kinds=["REVIEW_REQUESTED", "DIRECT"])):
        author.json("submit", task, "All of it", "--met", f"{criterion}=Read it")
        token = machine.environment()["GOALROOM_TOKEN_FILE"]
        assert machine.agent.json("review", task, "approve", "Good", GOALROOM_TOKEN_FILE=token)["status"] == "DONE"
        machine.send("New")
        machine.until_noted(1)

        assert [run["arguments"][1] for run in machine.runs()] == [""]


def test_what_comes_while_it_runs_starts_one_run_more(machine: Machine) -> None:
    machine.todo("slow")
    with machine.running(machine.configure(kinds=["DIRECT"])):
        machine.send("One")
        until(machine.runs)
        machine.send("Two")
        machine.send("Three")
        machine.until_noted(2)

        first, second = (run["environment"]["GOALROOM_WAKE"].split(",") for run in machine.runs())
        assert (len(first), len(second)) == (1, 2)
        assert first[0] not in second


def test_no_more_start_within_an_hour_than_may_whoever_is_the_runner(machine: Machine) -> None:
    config = machine.configure(kinds=["DIRECT"], max_per_hour=1)
    with machine.running(config):
        machine.send("One")
        machine.until_noted(1)
        machine.send("Two")
        time.sleep(1)
        assert len(machine.runs()) == 1
    with machine.running(config):
        time.sleep(1)
        assert len(machine.runs()) == 1
        # As if it had been long ago.
        [log] = machine.logs.glob("*.log")
        log.rename(log.with_name("20260101T000000Z-00000000.log"))
        machine.until_noted(2)


def test_what_runs_put_out_is_kept_for_14_days(machine: Machine) -> None:
    machine.logs.mkdir(parents=True)
    old, young = (machine.logs / f"20260101T000000Z-{name}.log" for name in ("0000000a", "0000000b"))
    for path, days in ((old, 14.1), (young, 13.9)):
        path.write_text("It said so\n")
        os.utime(path, (time.time() - days * _DAY_S,) * 2)
    with machine.running(machine.configure(kinds=["DIRECT"])):
        machine.send("One")
        machine.until_noted(1)

    assert not old.exists()
    assert young.read_text() == "It said so\n"


def test_a_probe_runs_alone_and_opens_the_breaker_again_where_it_fails(machine: Machine) -> None:
    machine.todo("fail")
    with machine.running(machine.configure(kinds=["ASSIGNED"], concurrency=3, settle_seconds=0, cooldown_seconds=1)):
        tasks = [assign(machine, f"Number {number}") for number in range(3)]
        until(lambda: all(machine.notes_on(task) for task in tasks))
        until(lambda: machine.breaker() == "OPEN")
        tasks = [assign(machine, f"Probe {number}") for number in range(3)]
        until(lambda: any(machine.notes_on(task) for task in tasks))
        until(lambda: machine.breaker() == "OPEN")
        assert len(machine.runs()) == 4
        machine.todo("ack")
        until(lambda: all(machine.notes_on(task) for task in tasks))

        assert sorted(note.rsplit(": ", 1)[1] for task in tasks for note in machine.notes_on(task)) == [
            "failed 3.",
            "ok.",
            "ok.",
        ]
        assert machine.breaker() == "CLOSED"
