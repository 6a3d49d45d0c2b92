"""`bench.against_peers`, as far as it needs no Node: in_node.py has the rest."""

from tests.bench.rounds import run_bench, table
from tests.size import long

pytestmark = long


def test_batches_take_turns_with_pgbench() -> None:
    printed = run_bench("against_peers", "--rounds", "1", "--seconds", "0.1", "--only", "batches")

    ours, pgbench = table(printed, 7)
    assert pgbench[0] == "pgbench, ten"
    assert all(float(row[1].replace(",", "")) > 0 for row in (ours, pgbench))
    assert f"tasks/s, {ours[0]} : pgbench, ten = " in printed
