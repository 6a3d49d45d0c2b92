"""`bench.operations` measures every call that it lists, and what it puts into the tables is right."""

from collections.abc import Generator

import pytest

from bench.growth import GrownRoom
from bench.http_load import Lane, Load, drive, percentile
from bench.measured_server import HERE, MeasuredServer, measured_server
from bench.operation_list import ME, OPERATIONS, Scene
from tests.bench.rounds import run_bench, table
from tests.e2e.commands import run
from tests.size import long

pytestmark = long

SIZE = 600


@pytest.fixture(scope="module")
def measured() -> Generator[MeasuredServer]:
    with measured_server(HERE) as server:
        yield server


def test_each_call_is_measured_with_each_number_of_connections() -> None:
    printed = run_bench("operations", "--seconds", "0.05", "--size", str(SIZE))

    rows = table(printed, 10)
    expected = [(one.name, f"x{connections}") for one in OPERATIONS for connections in one.connections]
    assert [(row[0], row[1]) for row in rows] == expected
    for _name, _connections, _label, statements, rate, p50, p99, server, postgres, to_first in rows:
        assert int(statements) >= 1
        assert float(rate.replace(",", "")) > 0
        assert 0 < float(p50) <= float(p99)
        assert float(server) >= 0
        assert float(postgres) >= 0
        assert to_first == "1.00"
    assert "heartbeats : me, 32 connections" in printed


def test_the_statements_of_a_call_are_listed() -> None:
    printed = run_bench("operations", "--statements", "--only", "me", "createTask", "--size", str(SIZE))

    calls = [call.splitlines() for call in printed.strip().split("\n\n")]
    assert [call[0].split(",")[0] for call in calls] == [
        one.name for one in OPERATIONS if "me" in one.name or "createTask" in one.name
    ]
    for title, *listed in calls:
        assert int(title.split()[-2]) == len(listed) > 0


def test_what_is_seeded_is_as_the_server_would_have_made_it(measured: MeasuredServer) -> None:
    scene = Scene(measured, 0.1, SIZE)
    for one in OPERATIONS:
        one.load(scene, max(one.connections))
    GrownRoom(measured, 0.1, "grown", finished=300, waiting=200)

    ended = run("doctor", "--database-url", measured.cluster.url)

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_each_call_is_compared_with_the_room_that_has_not_grown() -> None:
    printed = run_bench("growth", "--tasks", "300", "--waiting", "200", "--seconds", "0.05", "--rounds", "1")

    rows = table(printed, 7)
    rooms = ["alone", "among 300 finished", "behind 200 waiting"]
    assert [row[1] for row in rows] == rooms * (len(rows) // 3)
    assert {row[5] for row in rows[::3]} == {"1.00"}
    assert {row[0] for row in rows} >= {"room counts", "page of 50 tasks", "completeTask", "claimNextTasks(50)"}


def test_a_load_ends_at_an_answer_that_is_not_what_was_wanted(
    measured: MeasuredServer, capfd: pytest.CaptureFixture[str]
) -> None:
    lane = Lane(measured.admin.token, {})

    for load in (Load("{ nothing }", [lane]), Load(ME, [lane], wanted="somebody else")):
        with pytest.raises(RuntimeError, match="ended while it warmed up"):
            measured.measure(load, 0.1)

        assert "not what was wanted: HTTP/1.1 " in capfd.readouterr().err


def test_a_connection_asks_once_for_each_of_its_numbers(measured: MeasuredServer) -> None:
    load = Load("query($id: ID!) { node(id: $id) { id } }", [Lane(measured.admin.token, {"id": "R#n#"}, [1] * 50)])

    timing, before, after = drive(measured.url, load, seconds=20, warm=0, note=lambda: "noted")

    assert timing.requests == 49
    assert timing.seconds < 20
    assert (before, after) == ("noted", "noted")


def test_percentiles_are_times_that_were_taken() -> None:
    taken = [float(number) for number in range(100, 0, -1)]

    assert (percentile(taken, 50), percentile(taken, 99), percentile([3.0], 99)) == (51, 100, 3)
