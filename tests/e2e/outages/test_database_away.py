"""The database goes away under load, and comes back: nothing answered is lost, and nobody is left hanging."""

import asyncio
from pathlib import Path

import asyncpg

from tests.e2e.outages.outage_load import Outage, Team, team, try_once
from tests.size import long, sized

RESTARTS, ASKED = sized(1, 3), sized(8, 16)
# What /readyz, and an answer to a request, may take after the database went away or came back.
TRUTH_S, ANSWER_S = 2.0, 5.0


async def check_nothing_is_lost(team: Team) -> None:
    log = await team.log()
    connection = await asyncpg.connect(team.cluster.url)
    rows = await connection.fetch("select 'C' || id as id, body from comment")
    await connection.close()

    assert len(rows) == len(team.answers)
    assert {row["body"]: row["id"] for row in rows} == team.answers
    assert team.seen == log


async def test_postgres_is_restarted_under_load(tmp_path: Path) -> None:
    async with team(tmp_path) as at_work:
        outages: list[Outage] = []

        async def upset() -> None:
            for _ in range(RESTARTS):
                await asyncio.sleep(1)
                outages.append(await at_work.restart(away_seconds=TRUTH_S + 1))
                await asyncio.sleep(TRUTH_S + 1)

        await at_work.work(upset())

        for outage in outages:
            print(at_work.measure(outage))  # noqa: T201  # the time to recover
            assert at_work.untruths(outage, TRUTH_S) == []
        await check_nothing_is_lost(at_work)


@long
async def test_postgres_hangs_under_load(tmp_path: Path) -> None:
    async with team(tmp_path) as at_work:
        answers = []
        outages = []

        async def ask_for_seconds() -> None:
            asked = []
            for _ in range(ASKED):
                asked.append(asyncio.create_task(try_once(at_work)))
                await asyncio.sleep(0.5)
            answers.extend(await asyncio.gather(*asked))

        async def upset() -> None:
            await asyncio.sleep(1)
            outages.append(await at_work.freeze(ask_for_seconds()))
            await asyncio.sleep(TRUTH_S + 1)

        await at_work.work(upset())

        print(at_work.measure(outages[0]), max(took for took, _, _ in answers))  # noqa: T201  # the time to recover
        assert [(codes, after) for _, codes, after in answers] == [(["UNAVAILABLE"], "1")] * ASKED
        assert max(took for took, _, _ in answers) < ANSWER_S
        assert at_work.untruths(outages[0], TRUTH_S) == []
        await check_nothing_is_lost(at_work)
