"""The peers in Node, 20 or newer, on the PATH: `pytest tests/bench/in_node.py`.

Named so that the everyday test run, which asks for no Node, does not find it.
"""

from tests.bench.rounds import run_bench, table


def test_claims_take_turns_with_mercurius_and_pgbench() -> None:
    printed = run_bench("against_peers", "--rounds", "1", "--seconds", "0.3", "--only", "claims")

    rows = table(printed, 7)
    assert [row[0] for row in rows][1:] == ["Mercurius", "pgbench"]
    assert all(float(row[1].replace(",", "")) > 0 for row in rows)
    assert f"p99 ms, {rows[0][0]} : Mercurius = " in printed


def test_fan_out_takes_turns_with_the_emitter() -> None:
    printed = run_bench("against_peers", "--rounds", "1", "--only", "fan-out", "--sockets", "30")

    ours, emitter = table(printed, 6)
    assert emitter[0] == "emitter"
    assert all(float(row[1].replace(",", "")) > 0 for row in (ours, emitter))
    assert f"last ms, {ours[0]} : emitter = " in printed
