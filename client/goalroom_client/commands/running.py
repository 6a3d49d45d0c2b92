"""The runner: what arrives in inboxes starts headless agents."""

import signal
import threading
from pathlib import Path

from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.failures import Failure


def runner(call: Call) -> Answer | None:
    from goalroom_client.runner import runner_settings
    from goalroom_client.runner.agent_runner import AgentRunner

    agents = runner_settings.read(Path(call.options.config) if call.options.config else None)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    failures: list[Failure] = []

    def run(one: AgentRunner) -> None:
        try:
            one.run()
        except Failure as failure:
            failures.append(failure)
            stopping.set()

    threads = [threading.Thread(target=run, args=(AgentRunner(agent, stopping),)) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return None


COMMANDS = {
    "runner": Command(
        runner,
        (arg("config", nargs="?", metavar="CONFIG", help="runner.toml; else the one in the configuration directory"),),
        "Until SIGTERM: then nothing more is started, and what runs has 30 seconds",
    ),
}
