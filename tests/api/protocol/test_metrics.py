"""/metrics: what is served is what is documented, and it says what happened."""

import asyncio
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.api.server_fixture import Live

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def page(live: Live) -> str:
    answer = await live.http.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/plain")
    return answer.text


async def read(live: Live) -> Samples:
    """Every sample, by name and labels; the page is a second old at most."""
    await asyncio.sleep(1.1)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(await page(live))
        for sample in family.samples
    }


def requests(samples: Samples, operation: str, code: str) -> float:
    return samples.get(("goalroom_requests_total", (("code", code), ("operation", operation))), 0)


async def test_every_metric_is_documented_and_every_documented_one_is_served(live: Live) -> None:
    served = set(re.findall(r"^# TYPE (\w+) ", await page(live), re.MULTILINE))
    documented = set(re.findall(r"^\| `(\w+)`", OPERATIONS.read_text("utf-8"), re.MULTILINE))

    assert served == documented


async def test_operations_are_counted_by_their_root_field_and_code(live: Live) -> None:
    await live.ask("{ me { name } }")
    await live.ask("{ a: me { name } b: me { name } }")
    await live.ask("{ me { name } rooms { name } }")
    await live.post('{ task(id: "T99") { id } }')
    await live.post("{ nothing }")
    await live.post("{ me { name } }", authorization="Bearer nobody")
    samples = await read(live)

    assert requests(samples, "me", "OK") == 2
    assert requests(samples, "several", "OK") == 1
    assert requests(samples, "task", "NOT_FOUND") == 1
    assert requests(samples, "none", "GRAPHQL_VALIDATION_FAILED") == 1
    assert requests(samples, "none", "UNAUTHENTICATED") == 1
    assert samples["goalroom_request_seconds_count", (("operation", "me"),)] == 2


async def test_claims_leases_and_followers_are_counted(live: Live) -> None:
    create = 'mutation { createTask(input: {title: "Dig", criteria: ["Dug"]}) { id } }'
    await live.ask(create)
    token = await live.newcomer("digger")
    async with live.socket() as opened:
        await opened.subscribe("1", "subscription { events { cursor } }")
        await live.post("mutation { claimNextTask { task { id } } }", authorization=f"Bearer {token}")
        await opened.hear()
        samples = await read(live)

    assert samples["goalroom_events_total", (("kind", "TASK_CLAIMED"),)] == 1
    assert samples["goalroom_leases", (("state", "running"),)] == 1
    assert samples["goalroom_leases", (("state", "expired"),)] == 0
    assert samples["goalroom_running", (("type", "subscription"),)] == 1
    assert (samples["goalroom_connections", ()], samples["goalroom_followers", ()]) == (1, 1)
    assert samples["goalroom_log_lag_events", ()] == 0
    assert samples["goalroom_sweep_seconds_count", (("work", "take_back_expired"),)] >= 1
    assert samples["goalroom_ready", ()] == 1
    assert samples["process_resident_memory_bytes", ()] > 1_000_000


async def test_an_open_transaction_shows_its_age(live: Live) -> None:
    async with live.database.snapshot() as connection:
        await connection.fetchval("select 1")
        await asyncio.sleep(0.5)
        samples = await read(live)

    assert samples["goalroom_oldest_transaction_seconds", ()] >= 0.5


async def test_what_nobody_sent_makes_no_series(live: Live) -> None:
    """Names that clients choose would fill the memory of whoever stores them."""
    before = len((await read(live)).keys())
    for n in range(50):
        await live.post(f"query Name{n} {{ alias{n}: me {{ name }} }}")

    assert len((await read(live)).keys()) - before < 30
