"""Starts the players, each in a process of its own, begins again for those whose session is over, and ends them all."""

import asyncio
import itertools
import logging
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from goalroom.command_error import CommandError
from goalroom.demo import roles
from goalroom.demo.client import Client, Gone, LockedOut, Refused
from goalroom.demo.roles import Casting
from goalroom.demo.setup import Stage

# Sessions get their names from a small stock, so that they don't pile up over the nights.
_SESSIONS = 20
_TIDY_EVERY_S = 30
_LAST_WORDS_S = 2
_NEXT_SESSION_S = 3.0

_log = logging.getLogger("goalroom.demo")


@dataclass(frozen=True, kw_only=True)
class Play:
    """How it is played."""

    speed: float
    agents: int
    seed: int


async def perform(url: str, admin_token: str, play: Play) -> None:
    """Play until cancelled."""
    stage = Stage(Client(url, admin_token), play.speed)
    try:
        parts = await asyncio.to_thread(_cast, stage, url, play)
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(_keep_playing(part, stage))
            group.create_task(_keep_tidy(stage))
    except LockedOut as error:
        raise CommandError("The server refused the admin's token. Set GOALROOM_ADMIN_TOKEN to a valid one.") from error
    except (Refused, Gone) as error:
        raise CommandError(f"The demo can't be set up: {error}") from error
    except BaseExceptionGroup as group_error:
        failures = group_error.subgroup(CommandError)
        if failures is None:
            raise
        raise CommandError(str(failures.exceptions[0])) from group_error


def _cast(stage: Stage, url: str, play: Play) -> Sequence[Casting]:
    stage.prepare()
    hired = [(role, *stage.hire(role)) for role in roles.company(play.agents)]
    cast: dict[str, list[str]] = {}
    for role, name, _ in hired:
        cast.setdefault(role.part, []).append(name)
    return [
        Casting(
            url=url, token=token, part=role.part, name=name, session="", speed=play.speed, seed=play.seed, cast=cast
        )
        for role, name, token in hired
    ]


async def _keep_playing(part: Casting, stage: Stage) -> None:
    for number in itertools.cycle(range(1, _SESSIONS + 1)):
        status = await _play_once(replace(part, session=f"{part.name}-{number}"))
        if status == roles.LOCKED_OUT:
            raise CommandError("The demo's tokens were revoked, perhaps by another demo on the same data.")
        pause = max(0.5, _NEXT_SESSION_S / part.speed)
        if status < 0:
            # A crash: whoever takes its task over comes first.
            pause += 2 * stage.lease_seconds
        elif status > 0:
            _log.warning("the process of @%s ended with status %d, beginning again", part.name, status)
        await asyncio.sleep(pause)


async def _play_once(part: Casting) -> int:
    """One session; its exit status."""
    process = await asyncio.create_subprocess_exec(*roles.PLAYER, stdin=PIPE, start_new_session=True)
    try:
        if process.stdin is not None:
            process.stdin.write(part.to_line())
            with suppress(ConnectionError):
                await process.stdin.drain()
        return await process.wait()
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    """A player whose standard input ends does so itself, at once."""
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_LAST_WORDS_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _keep_tidy(stage: Stage) -> None:
    while True:
        await asyncio.sleep(_TIDY_EVERY_S)
        try:
            await asyncio.to_thread(stage.tidy)
        except (Refused, Gone) as error:
            _log.warning("%s", error)
