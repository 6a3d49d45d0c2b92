"""Starts the agents, each in a process of its own, starts the next session of those that ended, and ends them all."""

import asyncio
import itertools
import logging
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from goalroom.command_error import CommandError
from goalroom.demo import receiver, roles
from goalroom.demo.client import Client, Refused, ServerLost, TokenRefused
from goalroom.demo.roles import AgentConfig
from goalroom.demo.setup import Setup

# Sessions get their names from a small stock, so that they don't pile up.
_SESSIONS = 20
_REMOVE_EVERY_S = 30
_EXIT_TIMEOUT_S = 2
_PAUSE_BETWEEN_SESSIONS_S = 3.0

_log = logging.getLogger("goalroom.demo")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the demo runs."""

    speed: float
    agents: int
    seed: int


async def run(url: str, admin_token: str, options: Options) -> None:
    """Run until cancelled."""
    setup = Setup(Client(url, admin_token), options.speed)
    try:
        with receiver.receiving() as hook:
            configs = await asyncio.to_thread(_register_agents, setup, url, options)
            await asyncio.to_thread(setup.send_to, hook)
            async with asyncio.TaskGroup() as group:
                for config in configs:
                    group.create_task(_run_sessions(config, setup))
                group.create_task(_remove_finished_subagents(setup))
    except TokenRefused as error:
        raise CommandError("The server refused the admin's token. Set GOALROOM_ADMIN_TOKEN to a valid one.") from error
    except (Refused, ServerLost) as error:
        raise CommandError(f"The demo can't be set up: {error}") from error
    except BaseExceptionGroup as group_error:
        failures = group_error.subgroup(CommandError)
        if failures is None:
            raise
        raise CommandError(str(failures.exceptions[0])) from group_error


def _register_agents(setup: Setup, url: str, options: Options) -> Sequence[AgentConfig]:
    setup.prepare()
    registered = [(role, *setup.register(role)) for role in roles.team(options.agents)]
    names: dict[str, list[str]] = {}
    for role, name, _ in registered:
        names.setdefault(role.kind, []).append(name)
    return [
        AgentConfig(
            url=url,
            token=token,
            kind=role.kind,
            name=name,
            session="",
            speed=options.speed,
            seed=options.seed,
            names=names,
            speaks_mcp=role.speaks_mcp,
        )
        for role, name, token in registered
    ]


async def _run_sessions(config: AgentConfig, setup: Setup) -> None:
    for number in itertools.cycle(range(1, _SESSIONS + 1)):
        status = await _run_session(replace(config, session=f"{config.name}-{number}"))
        if status == roles.TOKEN_REFUSED:
            raise CommandError("The demo's tokens were revoked, perhaps by another demo on the same data.")
        pause = max(0.5, _PAUSE_BETWEEN_SESSIONS_S / config.speed)
        if status < 0:
            # A crash: whoever takes its task over comes first.
            pause += 2 * setup.lease_seconds
        elif status > 0:
            _log.warning("the process of @%s ended with status %d, beginning again", config.name, status)
        await asyncio.sleep(pause)


async def _run_session(config: AgentConfig) -> int:
    """One session; its exit status."""
    process = await asyncio.create_subprocess_exec(*roles.COMMAND, stdin=PIPE, start_new_session=True)
    try:
        if process.stdin is not None:
            process.stdin.write(config.to_line())
            with suppress(ConnectionError):
                await process.stdin.drain()
        return await process.wait()
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    """An agent whose standard input ends does so itself, at once."""
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_EXIT_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _remove_finished_subagents(setup: Setup) -> None:
    while True:
        await asyncio.sleep(_REMOVE_EVERY_S)
        try:
            await asyncio.to_thread(setup.remove_finished_subagents)
        except (Refused, ServerLost) as error:
            _log.warning("%s", error)
