"""Goalroom beside what others would build for the same work, by turns, in one sitting.

    python -m bench.against_peers [--rounds 5] [--seconds 2] [--only NAME ...] [--checkout PATH ...]

- claims: 32 agents claim in one room, from one process; against Mercurius with its JIT and node-postgres, which looks
  up the token, claims with `skip locked`, numbers the room's log and notifies on the same tables, and against pgbench
  with the same SQL, which does not notify.
- batches: claimNextTasks(50) over 8 connections, against pgbench's claims of ten tasks.
- fan-out: an event told to 1,000 sockets of 20 agents with one subscription, and ten at once; against a server of `ws`
  that sends the same text to as many sockets.

Several checkouts, such as that of an earlier commit, take turns too. The peers work on the tables of the last one.
Prints medians of the rounds, and ratios with the least and the most of the rounds. Peers need Node 20 or newer.
"""

import argparse
import contextlib
import itertools
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import httpx

from bench.http_load import Lane, Load
from bench.measured_server import HERE, MeasuredServer, Peer, Sample, Team, measured_servers
from bench.operation_list import CLAIM, CLAIM_MANY, CREATE_MANY
from bench.peer_processes import admit_pgbench, install, node, pgbench
from bench.seeds import ready_tasks
from bench.socket_load import Listeners

_AGENTS, _FOLLOWERS = 32, 20
_BURST, _SINGLES = 10, 3
_SUBSCRIPTION = """subscription($room: ID, $after: String) { events(room: $room, after: $after, kinds: [TASK_CREATED]) {
  cursor kind at actor { name } task { id title status } } }"""
_END = "query($room: ID) { events(room: $room, last: 1) { nodes { cursor } } }"

Result = Mapping[str, float]


def take_turns(title: str, contestants: Mapping[str, Callable[[], Result]], rounds: int) -> dict[str, list[Result]]:
    """All measure once in each round; prints their medians."""
    results: dict[str, list[Result]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            results[name].append(measure())
    columns = list(dict.fromkeys(itertools.chain.from_iterable(found[0] for found in results.values())))
    print(f"\n| {title} | {' | '.join(columns)} |\n|{' --- |' * (len(columns) + 1)}")
    for name, found in results.items():
        cells = [_number(_median(found, column)) if column in found[0] else "-" for column in columns]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    return results


def ratio(results: Mapping[str, Sequence[Result]], column: str, of: str, to: str) -> None:
    """Print the one's median to the other's, and between what the rounds were."""
    each = [one[column] / other[column] for one, other in zip(results[of], results[to], strict=True)]
    whole = _median(results[of], column) / _median(results[to], column)
    print(f"{column}, {of} : {to} = {whole:.2f} ({min(each):.2f} to {max(each):.2f})", flush=True)


def _median(results: Sequence[Result], column: str) -> float:
    return statistics.median(result[column] for result in results)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _sampled(sample: Sample, tasks: int) -> Result:
    return {
        "tasks/s": sample.timing.rate * tasks,
        "p50 ms": sample.timing.p50_ms,
        "p99 ms": sample.timing.p99_ms,
        "server CPU ms": sample.server_ms,
        "Postgres CPU ms": sample.postgres_ms,
    }


def _claims_of(team: Team, document: str) -> Load:
    lanes = [Lane(member.token, {"input": {"room": team.room}}) for member in team.members]
    return Load(document, lanes, wanted='"fence"')


def claims(ours: Sequence[MeasuredServer], rounds: int, seconds: float, _sockets: int) -> None:
    """One task at a time."""
    tables = ours[-1]
    theirs, bare = tables.team("mercurius", _AGENTS), tables.team("pgbench", _AGENTS)
    admit_pgbench(tables, bare)
    enough = int(6_000 * (seconds + 1))
    contestants = {
        server.label: partial(_claim, server, server.team("claim", _AGENTS), enough, seconds) for server in ours
    }
    with node("mercurius.mjs", tables) as mercurius:
        results = take_turns(
            f"claims, {_AGENTS} agents, one room",
            contestants
            | {
                "Mercurius": partial(_claim, tables, theirs, enough, seconds, mercurius),
                "pgbench": partial(_claim_with_pgbench, tables, bare, enough, seconds, 1),
            },
            rounds,
        )
    for server in ours:
        ratio(results, "tasks/s", server.label, "Mercurius")
        ratio(results, "p99 ms", server.label, "Mercurius")
        ratio(results, "tasks/s", server.label, "pgbench")


def batches(ours: Sequence[MeasuredServer], rounds: int, seconds: float, _sockets: int) -> None:
    """Many tasks at a time."""
    tables = ours[-1]
    bare = tables.team("pgbench-batch", _AGENTS)
    admit_pgbench(tables, bare)
    enough = int(20_000 * (seconds + 1))
    contestants = {
        server.label: partial(_claim_fifty, server, server.team("dispatch", 8), enough, seconds) for server in ours
    }
    least = {"pgbench, ten": partial(_claim_with_pgbench, tables, bare, enough, seconds, 10)}
    results = take_turns("claims of many tasks at once", contestants | least, rounds)
    for server in ours:
        ratio(results, "tasks/s", server.label, "pgbench, ten")


def _claim(server: MeasuredServer, team: Team, enough: int, seconds: float, peer: Peer | None = None) -> Result:
    ready_tasks(server, team, enough)
    return _sampled(server.measure(_claims_of(team, CLAIM), seconds, peer), 1)


def _claim_fifty(server: MeasuredServer, team: Team, enough: int, seconds: float) -> Result:
    ready_tasks(server, team, enough)
    return _sampled(server.measure(_claims_of(team, CLAIM_MANY), seconds), 50)


def _claim_with_pgbench(tables: MeasuredServer, team: Team, enough: int, seconds: float, most: int) -> Result:
    ready_tasks(tables, team, enough)
    rate, mean = pgbench(tables, team, most, seconds)
    return {"tasks/s": rate * most, "mean ms": mean}


def fan_out(ours: Sequence[MeasuredServer], rounds: int, _seconds: float, sockets: int) -> None:
    """Events to many sockets."""
    with contextlib.ExitStack() as stack:
        contestants: dict[str, Callable[[], Result]] = {}
        sample = ""
        for server in ours:
            team = server.team("follow", _FOLLOWERS)
            before = server.process.memory_info().rss
            end = server.ask(team.members[0], _END, room=team.room)["events"]["nodes"][0]["cursor"]
            tokens = [team.members[n % _FOLLOWERS].token for n in range(sockets)]
            variables = {"room": team.room, "after": end}
            listeners = stack.enter_context(Listeners(server.url, tokens, _SUBSCRIPTION, variables))
            tell = partial(_make_tasks, server, team)
            # Those that were not yet subscribed get it as what followed their cursor.
            _, sample = _told(listeners, tell, 1)
            kept = (server.process.memory_info().rss - before) / sockets / 1000
            contestants[server.label] = partial(_fan_out, listeners, tell, kept)
        peer = stack.enter_context(node("emitter.mjs", ours[-1]))
        before = peer.process.memory_info().rss
        listeners = stack.enter_context(Listeners(peer.url, ["none"] * sockets, _SUBSCRIPTION, {}))
        tell = partial(_emit, peer.url, sample)
        _told(listeners, tell, 1)
        kept = (peer.process.memory_info().rss - before) / sockets / 1000
        contestants["emitter"] = partial(_fan_out, listeners, tell, kept)
        print(f"\na message has {len(sample)} bytes")
        results = take_turns(f"fan-out to {sockets} sockets", contestants, rounds)
    for server in ours:
        for column in ("messages/s", "last ms"):
            ratio(results, column, server.label, "emitter")


def _make_tasks(server: MeasuredServer, team: Team, events: int) -> None:
    tasks = [{"task": {"title": f"Task {n}"}} for n in range(events)]
    server.ask(team.members[0], CREATE_MANY, input={"room": team.room, "tasks": tasks})


def _emit(url: str, text: str, events: int) -> None:
    httpx.post(url, params={"times": events}, content=text.encode(), timeout=60).raise_for_status()


def _fan_out(listeners: Listeners, tell: Callable[[int], None], kept: float) -> Result:
    """How fast a burst is through; and for single events when the first and the last socket had them."""
    burst, _ = _told(listeners, tell, _BURST)
    singles = [_told(listeners, tell, 1)[0] for _ in range(_SINGLES)]
    return {
        "messages/s": burst["messages/s"],
        **{column: statistics.median(single[column] for single in singles) for column in ("first ms", "last ms")},
        "kB a socket": kept,
        "listeners' share of a core": burst["listeners"],
    }


def _told(listeners: Listeners, tell: Callable[[int], None], events: int) -> tuple[dict[str, float], str]:
    """Counted from when the request that makes the events is sent."""
    listeners.expect(events)
    began = time.monotonic()
    tell(events)
    heard = listeners.heard()
    took = heard.last - began
    times = {"messages/s": heard.messages / took, "first ms": 1000 * (heard.first - began), "last ms": 1000 * took}
    return times | {"listeners": heard.cpu / took}, heard.sample


CONTESTS = {"claims": claims, "batches": batches, "fan-out": fan_out}


def main(rounds: int, seconds: float, names: Sequence[str], checkouts: Sequence[Path], sockets: int) -> None:
    """Print a table and the ratios of each contest."""
    if set(names) - {"batches"}:
        install()
    with measured_servers(checkouts) as ours:
        for name in names:
            CONTESTS[name](ours, rounds, seconds, sockets)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--only", nargs="*", choices=list(CONTESTS), default=list(CONTESTS), metavar="NAME")
    parser.add_argument("--checkout", nargs="*", type=Path, default=[HERE], metavar="PATH")
    parser.add_argument("--sockets", type=int, default=1_000)
    given = parser.parse_args()
    main(given.rounds, given.seconds, given.only, given.checkout, given.sockets)
