"""How a runner ends, and who follows the inbox after it."""

import os
import subprocess
import threading

import pytest

from goalroom_client.runner import runner_settings
from goalroom_client.runner.agent_runner import PATIENCE_S as RUNS_PATIENCE_S
from goalroom_client.runner.agent_runner import AgentRunner
from tests.goalroom_client.machine import Machine, until
from tests.patience import PATIENCE_S


def said(process: "subprocess.Popen[str]") -> str:
    """The next line of its standard error."""
    assert process.stderr is not None
    return process.stderr.readline()


def test_a_second_runner_waits_and_takes_over(machine: Machine) -> None:
    config = machine.configure(kinds=["DIRECT"])
    with machine.running(config) as first:
        assert "following its inbox" in said(first)
        with machine.running(config) as second, machine.running(config) as third:
            for other in (second, third):
                assert "another runner of this agent is running here" in said(other)
            third.terminate()
            assert third.wait(PATIENCE_S) == 0
            machine.send("One")
            machine.until_noted(1)
            first.kill()
            assert "following its inbox" in said(second)
            machine.send("Two")
            machine.until_noted(2)

    assert len(machine.runs()) == 2


def test_an_end_waits_for_what_runs_and_starts_nothing_more(machine: Machine) -> None:
    machine.todo("slow")
    with machine.running(machine.configure(kinds=["DIRECT"])) as runner:
        machine.send("One")
        until(machine.runs)
        runner.terminate()
        machine.send("Two")
        assert runner.wait(PATIENCE_S) == 0

    [note] = machine.notes()
    assert note.endswith(": ok.")
    assert len(machine.runs()) == 1


def test_what_does_not_end_in_time_is_ended_with_all_that_it_started(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.todo("hang")
    for name, value in machine.agent.whole_environment(machine.environment()).items():
        monkeypatch.setenv(name, value)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "GOALROOM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    [agent] = runner_settings.read(machine.configure(kinds=["DIRECT"]))
    stopping = threading.Event()
    thread = threading.Thread(target=AgentRunner(agent, stopping, patience=1).run)
    thread.start()
    machine.send("One")
    child = machine.agent.home / "child"
    until(lambda: child.exists() and child.read_text())

    stopping.set()
    thread.join(PATIENCE_S)

    assert not thread.is_alive()
    [note] = machine.notes()
    assert note.endswith(": killed.")
    with pytest.raises(ProcessLookupError):
        os.kill(int(child.read_text()), 0)
    # It is no fault of the agent.
    assert machine.breaker() == "CLOSED"
    assert RUNS_PATIENCE_S == 30


def test_a_token_that_is_revoked_ends_it(machine: Machine) -> None:
    with machine.running(machine.configure(kinds=["DIRECT"])) as runner:
        assert "following its inbox" in said(runner)
        revoke = "mutation($input: RevokeTokensInput!) { revokeTokens(input: $input) }"
        machine.team.admin.ask(revoke, input={"agent": machine.agent.name})

        assert runner.wait(PATIENCE_S) == 4
        assert said(runner).startswith("UNAUTHENTICATED: ")


def test_a_program_that_is_not_there_is_a_failed_run(machine: Machine) -> None:
    with machine.running(machine.configure(kinds=["DIRECT"], command=["/no/such/program", "{item}"])):
        machine.send("One")
        machine.until_noted(1)

    assert machine.notes()[0].endswith(": failed 127.")
    [log] = machine.logs.glob("*.log")
    assert "/no/such/program" in log.read_text()
