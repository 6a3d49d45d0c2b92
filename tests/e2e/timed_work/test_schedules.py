"""Schedules whose times come on three servers, of which one is killed: each makes its task once."""

import asyncio
import secrets
import signal
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import httpx

from tests.conftest import Site, new_database
from tests.e2e.team import Agent, make_room

TIMES, WITHIN_S = 200, 6

CREATE = "mutation($input: CreateScheduleInput!) { createSchedule(input: $input) { id } }"
# Copies, for only their times are looked at; each comes at a moment of its own.
COPY = """
insert into schedule (room_id, creator_id, cron, timezone, skip_while_open, template, next_at)
select room_id, creator_id, cron, timezone, skip_while_open, template,
       now() + interval '1 second' * $2 * (n % 50) / 50.0
  from schedule, generate_series(1, $1) n
"""
MADE = "select count(*), count(distinct last_task_id) from schedule where last_task_id is not null"
TASKS = "select label, count(*) from task, unnest(labels) label where label like 'schedule:Z%' group by label"


async def test_each_due_time_makes_one_task_though_a_process_is_killed(postgres_url: str, tmp_path: Path) -> None:
    async with new_database(postgres_url) as url:
        site = Site(url, f"gr_{secrets.token_urlsafe(32)}")
        with ExitStack() as stack:
            servers = [stack.enter_context(site.serve(tmp_path / f"server-{n}")) for n in range(3)]
            connection = await asyncpg.connect(url)
            async with httpx.AsyncClient() as http:
                admin = Agent(site.token, [servers[0].url], http)
                await make_room(admin, "busy")
                yearly = {"room": "busy", "cron": "@yearly", "timezone": "UTC", "task": {"title": "Look around"}}
                await admin.ask(CREATE, input=yearly)
            await connection.execute(COPY, TIMES, WITHIN_S)
            await asyncio.sleep(WITHIN_S / 2)
            await asyncio.to_thread(servers[0].stop, signal.SIGKILL)
            assert 0 < (await connection.fetchrow(MADE))[0] < TIMES

            async with asyncio.timeout(60):
                while tuple(await connection.fetchrow(MADE)) != (TIMES, TIMES):  # noqa: ASYNC110  # it doesn't tell
                    await asyncio.sleep(0.1)
            # Nobody makes another one.
            await asyncio.sleep(1)
            made = {row["label"]: row["count"] for row in await connection.fetch(TASKS)}
            rows = await connection.fetch("select id, missed, next_at > now() as waits from schedule")
            await connection.close()

    copies = [row for row in rows if f"schedule:Z{row['id']}" in made]
    assert len(copies) == TIMES
    assert set(made.values()) == {1}
    assert all(row["missed"] == 0 and row["waits"] for row in rows)
