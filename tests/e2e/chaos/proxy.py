"""A way to Postgres that can be cut, stalled and closed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

_PIECE = 65_536


class Proxy:
    """Passes on what a server and its Postgres say to each other, for as long as it is let."""

    def __init__(self, postgres_url: str) -> None:
        asked = parse_qs(urlsplit(postgres_url).query)
        self._socket = f"{asked['host'][0]}/.s.PGSQL.{asked['port'][0]}"
        self._open: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._is_refusing = False
        self.port = 0

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres?sslmode=disable"

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            self.heal()
            self.cut()

    def cut(self) -> None:
        """End all connections, in the middle of whatever they carry."""
        for writer in self._open:
            writer.transport.abort()

    def stall(self) -> None:
        """Keep them, and pass on nothing."""
        self._flows.clear()

    def refuse(self) -> None:
        """End them, and let nobody in."""
        self._is_refusing = True
        self.cut()

    def heal(self) -> None:
        self._is_refusing = False
        self._flows.set()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_refusing:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._open |= ends
        try:
            with suppress(OSError):
                await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_PIECE):
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        # The other direction has nothing left to answer to.
        raise ConnectionResetError
