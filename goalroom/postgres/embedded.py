"""The embedded Postgres: one under each data directory, shared by the commands that run on it, stopped by the last."""

import asyncio
import logging
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Self

from db.core.retry import Retry
from goalroom.command_error import CommandError
from goalroom.postgres import data_dir
from goalroom.postgres.file_lock import Lock
from goalroom.postgres.server_process import PATIENCE, PostgresServer

_log = logging.getLogger(__name__)


class Cluster:
    """Starts the Postgres of a data directory where it isn't running, and stops it where nobody else uses it.

    Who uses it holds a shared lock, which ends with its process however that dies; starting and stopping take turns.
    """

    def __init__(self, path: Path) -> None:
        self._data_dir = path
        self._server = PostgresServer(path / data_dir.CLUSTER)
        self._in_use: Lock | None = None

    @property
    def url(self) -> str:
        """What a client connects to."""
        return self._server.url

    @property
    def tools(self) -> Path:
        """Where the programs of Postgres are."""
        return self._server.tools

    def start(self) -> None:
        """Make sure that it runs, and that it goes on running until `stop`."""
        data_dir.make(self._data_dir)
        data_dir.close_to_others(self._data_dir)
        self._server = PostgresServer(self._server.home, data_dir.account(self._data_dir))
        with self._turn():
            in_use = self._lock(data_dir.IN_USE)
            in_use.share()
            try:
                self._server.run_if_down()
            except OSError as error:
                in_use.release()
                raise CommandError(
                    f"The embedded Postgres in {self._server.home} can't be started: {error}."
                ) from error
            except BaseException:
                in_use.release()
                raise
            self._in_use = in_use

    def stop(self) -> None:
        """Release it; the last process to do so shuts it down."""
        if self._in_use is None:
            return
        with self._turn():
            self._in_use.release()
            self._in_use = None
            alone = self._lock(data_dir.IN_USE)
            if alone.take():
                self._server.stop()
                alone.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    async def keep(self) -> None:
        """Start it again when it dies. Two looks, so that somebody's `pg_ctl restart` is not mistaken for its end."""
        retry = Retry(
            "starting the embedded Postgres", 1.0, 1.0, retries=lambda error: isinstance(error, CommandError | OSError)
        )
        looks = 0
        while True:
            await asyncio.sleep(1)
            await asyncio.to_thread(self._server.shorten_log)
            looks = 0 if self._server.is_alive() else looks + 1
            if looks > 1:
                _log.warning("the embedded Postgres is down, starting it again")
                await retry.until_done(partial(asyncio.to_thread, self._revive))

    def _revive(self) -> None:
        with self._turn():
            if self._in_use is not None:
                self._server.run_if_down()

    @contextmanager
    def _turn(self) -> Generator[None]:
        turn = self._lock(data_dir.TURN)
        deadline = time.monotonic() + PATIENCE
        while not turn.take():
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Another goalroom has been starting or stopping the Postgres in {self._server.home} for a minute."
                )
            time.sleep(0.02)
        try:
            yield
        finally:
            turn.release()

    def _lock(self, name: str) -> Lock:
        path = self._data_dir / name
        try:
            lock = Lock(path)
            if (account := self._server.account) is not None:
                os.chown(path, account.uid, account.gid)
        except OSError as error:
            raise CommandError(f"The data directory {self._data_dir} is not writable: {error.strerror}.") from error
        return lock
