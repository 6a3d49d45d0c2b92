"""A server that is measured: of this checkout or another, on a Postgres of its own."""

import itertools
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from bench.http_load import NUMBER, Load, Timing, drive
from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server

HERE = Path(__file__).parents[1]
_WARM_S = 0.3
# What log_statement writes: the first line begins like this, and the others with a tab.
_STATEMENT = re.compile(r"^process (\d+): LOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)", re.MULTILINE)
_BEGIN, _END = "BEGIN", ("COMMIT", "ROLLBACK")
# Notifications go out on their own, after the answer; and a connection is prepared once.
_ASIDE = re.compile(r"pg_notify|^NOTIFY|set_config\(|typeinfo_tree")
# As long as it takes until all that is done each second was done twice.
_IDLE_S = 2.5
_AFTERWARDS_S = 0.005
_CREATE_ROOM = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { id } }"
_REGISTER = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token agent { id } } }"
_FREE = {"requireDoneCriteria": False, "requireReview": False, "requireHandoff": False}


@dataclass(frozen=True)
class Member:
    """An agent, and its token."""

    id: int
    token: str


@dataclass(frozen=True)
class Team:
    """Rooms, and the agents that belong to all of them."""

    rooms: Sequence[int]
    members: Sequence[Member]

    @property
    def room(self) -> str:
        """The first room, as requests name it."""
        return f"R{self.rooms[0]}"


@dataclass(frozen=True)
class Usage:
    """CPU seconds that were used until now."""

    server: float
    postgres: float


@dataclass(frozen=True)
class Sample:
    """How fast a load was answered, and what it cost on each side, in milliseconds of CPU a request."""

    timing: Timing
    server_ms: float
    postgres_ms: float


@dataclass(frozen=True)
class Peer:
    """Another server, that is no Goalroom."""

    url: str
    process: psutil.Process


class MeasuredServer:
    """A server that takes requests, the Postgres below it, and an admin."""

    def __init__(
        self, label: str, server: Server, home: Path, cluster: Cluster, sql: psycopg.Connection[Any], http: httpx.Client
    ) -> None:
        self.label, self.url = label, server.url
        self.cluster, self.sql, self._http = cluster, sql, http
        self.process = psutil.Process(server.process.pid)
        self._background: set[str] = set()
        self._log = home / "postgres" / "server.log"
        self._postgres = psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().split("\n")[0]))
        self.admin = Member(0, (home / "admin-token").read_text().strip())

    def ask(self, member: Member, document: str, **variables: object) -> dict[str, Any]:
        """The data of an answer without errors."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        answer = json.loads(self._post(member.token, body))
        if answer.get("errors"):
            raise RuntimeError(f"{document} was answered {answer}")
        data: dict[str, Any] = answer["data"]
        return data

    def _post(self, token: str, body: bytes) -> str:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return self._http.post("/graphql", content=body, headers=headers).text

    def team(self, name: str, members: int, rooms: int = 1) -> Team:
        """Rooms without gates, and so many agents in all of them, made as clients make them."""
        names = [f"{name}-{n}" for n in range(rooms)]
        made = [
            self.ask(self.admin, _CREATE_ROOM, input={"name": one, "settings": _FREE})["createRoom"] for one in names
        ]
        hired = [
            self.ask(self.admin, _REGISTER, input={"name": f"{name}-member-{n}", "rooms": names})["registerAgent"]
            for n in range(members)
        ]
        return Team(
            [int(room["id"][1:]) for room in made],
            [Member(int(one["agent"]["id"][1:]), one["token"]) for one in hired],
        )

    def usage(self, process: psutil.Process | None = None) -> Usage:
        """By /proc: the server, and Postgres with all its processes, those that have ended too."""
        postgres = self._postgres.cpu_times()
        ended = postgres.children_user + postgres.children_system
        return Usage(
            _seconds(process or self.process),
            ended + sum(_seconds(one) for one in [self._postgres, *self._postgres.children()]),
        )

    def measure(self, load: Load, seconds: float, peer: "Peer | None" = None) -> Sample:
        """Ask for so long, after a short while that does not count: this server, or a peer that works on its tables."""
        url, process = (peer.url, peer.process) if peer else (self.url, self.process)
        timing, before, after = drive(url, load, seconds, min(_WARM_S, seconds / 2), lambda: self.usage(process))
        each = 1000 / timing.requests
        return Sample(timing, (after.server - before.server) * each, (after.postgres - before.postgres) * each)

    @contextmanager
    def logged_statements(self) -> Generator[None]:
        """Postgres writes every statement into its log. What it writes while nobody asks is the background's."""
        self._configure("alter system set log_statement = 'all'", "alter system set log_line_prefix = 'process %p: '")
        begin = self._log.stat().st_size
        time.sleep(_IDLE_S)
        self._background = {
            statement for _, statement in self._logged(begin) if not statement.startswith((_BEGIN, *_END))
        }
        yield
        self._configure("alter system reset log_statement", "alter system reset log_line_prefix")

    def _configure(self, *statements: str) -> None:
        for statement in (*statements, "select pg_reload_conf()"):
            self.sql.execute(statement.encode())
        time.sleep(0.3)

    def statements(self, load: Load, times: int) -> list[list[str]]:
        """What Postgres logs between a request and its answer, for so many requests of the first connection in turn."""
        body, lane = load.bodies()[0].encode(), load.lanes[0]
        found = []
        for number, _ in zip(itertools.repeat(0) if lane.numbers is None else lane.numbers, range(times), strict=False):
            begin = self._log.stat().st_size
            answer = self._post(lane.token, body.replace(NUMBER.encode(), b"%d" % number))
            if load.wanted not in answer or '"errors"' in answer:
                raise RuntimeError(f"not what was wanted: {answer[:2000]}")
            time.sleep(_AFTERWARDS_S)
            found.append(self._asked_for(begin))
        return found

    def _asked_for(self, begin: int) -> list[str]:
        """What stands in the log from here on, without what the background does."""
        asked: list[tuple[str, str]] = []
        # Of each process, what it sent last, where that began a transaction which has nothing in it so far.
        begun: dict[str, tuple[str, str]] = {}
        for one in self._logged(begin):
            process, statement = one
            if statement in self._background or _ASIDE.search(statement):
                continue
            empty = begun.pop(process, None)
            if statement.startswith(_BEGIN):
                begun[process] = one
            elif statement.startswith(_END) and empty is not None:
                continue
            else:
                asked += [one] if empty is None else [empty, one]
        return [statement for _, statement in asked]

    def _logged(self, begin: int) -> list[tuple[str, str]]:
        with self._log.open("rb") as log:
            log.seek(begin)
            return _STATEMENT.findall(log.read().decode())


def _commit(checkout: Path) -> str:
    """What the checkout has of its history, or its name."""
    command = ["git", "-C", str(checkout), "describe", "--always", "--dirty=+"]
    said = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  # our own arguments
    return said.stdout.strip() or checkout.resolve().name


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


@contextmanager
def measured_server(checkout: Path) -> Generator[MeasuredServer]:
    """A server with the code of that checkout, in this environment, on a new database without rate limits."""
    if not (checkout / "goalroom" / "__main__.py").exists():
        raise SystemExit(f"{checkout} is no checkout of Goalroom")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with (
            # Ours holds it open, so that it outlives no server and needs no other checkout's tools.
            Cluster(home) as cluster,
            Server("--data-dir", home, "--rate-limit", "0", PYTHONPATH=str(checkout.resolve())) as server,
            psycopg.connect(cluster.url, autocommit=True) as sql,
            httpx.Client(timeout=60, base_url=server.url) as http,
        ):
            yield MeasuredServer(_commit(checkout), server, home, cluster, sql, http)


@contextmanager
def measured_servers(checkouts: Sequence[Path]) -> Generator[list[MeasuredServer]]:
    """One for each checkout, which differ in their commits."""
    with ExitStack() as stack:
        servers = [stack.enter_context(measured_server(checkout)) for checkout in checkouts]
        if len({server.label for server in servers}) < len(servers):
            raise SystemExit(f"these are the same: {', '.join(server.label for server in servers)}")
        yield servers
