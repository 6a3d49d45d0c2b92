"""The attempts that were made: kept for ADMINs to read, and deleted when they are old. Tests are among them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import NotFound, RateLimited
from db.core.queries import q
from db.core.records import Delivery
from db.rooms import rooms
from db.webhooks import payloads, webhooks
from db.webhooks.outbound import Outbound

# Of each webhook.
MOST_KEPT = 200
_BATCH = 1_000

# A webhook, and how many.
Newest = tuple[int, int]


async def newest(database: Database, keys: Sequence[Newest]) -> dict[Newest, list[Delivery]]:
    """The newest attempts of each webhook, newest first."""
    rows = await q.deliveries_of_webhooks(
        database, webhook_ids=[webhook for webhook, _ in keys], mosts=[most for _, most in keys]
    )
    found: dict[int, list[Delivery]] = defaultdict(list)
    for row in rows:
        found[row["position"]].append(Delivery.of(row))
    return {key: found[position] for position, key in enumerate(keys, start=1)}


async def test(database: Database, outbound: Outbound, caller: Caller, reference: str) -> Delivery:
    """Send an event that did not happen, whether the webhook is switched on or not; it counts as no failure."""
    caller.must_administrate("test webhooks")
    webhook = await webhooks.find(database, caller, reference)
    row = await q.begin_test(database, webhook_id=webhook.id)
    if row is None:
        raise RateLimited("one test a second of each webhook")
    room = await rooms.by_ids(database, [webhook.room_id])
    identifier = f"test.{ids.of(ids.WEBHOOK, webhook.id)}.{row['tests']}"
    body = payloads.test_payload(webhook, room[webhook.room_id].name, identifier, datetime.now(UTC))
    attempt = await outbound.post(webhook.url, identifier, body, webhook.secret)
    kept = await q.insert_delivery(
        database,
        webhook_id=webhook.id,
        event_id=None,
        attempt=1,
        status=attempt.status,
        error=attempt.error,
        milliseconds=attempt.milliseconds,
    )
    if kept is None:
        raise NotFound(reference, "It was deleted while it was tested.")
    return Delivery.of(kept)


async def delete_old(database: Database) -> int:
    """Delete a batch of those beyond the newest 200 of their webhook, and of those of more than 30 days ago."""
    return len(await q.delete_old_deliveries(database, kept=MOST_KEPT, most=_BATCH))
