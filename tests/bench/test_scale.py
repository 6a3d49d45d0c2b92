"""The benchmark of several processes measures what it says."""

import pytest

from bench import scale
from tests.size import long


@long
async def test_claims_messages_and_their_fan_out_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    await scale.run([2], [2], ["postgres"], 1.0)

    printed = capsys.readouterr().out.splitlines()
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed]
    assert heads[:5] == ["processes", "rooms", "broadcast", "what", "a second"]
    assert [row[:4] for row in rows] == [["2", "2", "postgres", what] for what in ("claims", "messages", "fan-out")]
    assert [float(row[4]) > 0 for row in rows] == [True] * 3
