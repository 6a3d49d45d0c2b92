"""How far a webhook has got: held by one process at a time, and moved on by that process alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.conversation import messages
from db.core import ids
from db.core.database import Database
from db.core.queries import q
from db.core.records import Agent, Event, Webhook
from db.core.transaction import Transaction
from db.webhooks import retries, webhooks
from db.webhooks.outbound import Attempt
from db.webhooks.retries import Consequence


@dataclass(frozen=True, slots=True)
class Held:
    """What a process may deliver. Once another holds it, or it was resumed or deleted, nothing below does anything."""

    webhook_id: int
    holder: str
    run: int


async def hold(database: Database, holder: str, seconds: float) -> list[Held]:
    """Hold all active webhooks that nobody else holds, for so many seconds from now; those are the answer."""
    rows = await q.hold_webhooks(database, holder=holder, seconds=seconds)
    return [Held(row["id"], holder, row["run"]) for row in rows]


async def let_go(database: Database, holder: str) -> None:
    """Leave those that it holds to other processes."""
    await q.let_go_of_webhooks(database, holder=holder)


async def state(database: Database, held: Held) -> tuple[Webhook, float] | None:
    """The webhook, and the seconds until its next attempt is due; None where it is no longer held."""
    row = await q.webhook_to_deliver(database, webhook_id=held.webhook_id, holder=held.holder, run=held.run)
    return None if row is None else (Webhook.of(row), max(row["wait_seconds"] or 0.0, 0.0))


async def pass_over(database: Database, held: Held, seq: int) -> bool:
    """Nothing up to this event is of interest. False where it is no longer held."""
    moved = await q.pass_over_events(database, webhook_id=held.webhook_id, holder=held.holder, run=held.run, seq=seq)
    return moved is not None


async def begin_attempt(database: Database, held: Held, seq: int, body: str) -> int | None:
    """The number of the attempt that may be made now to send this of the event; None where it is no longer held."""
    attempts = await q.begin_attempt(
        database, webhook_id=held.webhook_id, holder=held.holder, run=held.run, seq=seq, body=body
    )
    return None if attempts is None else attempts + 1


async def settle(database: Database, held: Held, event: Event, number: int, attempt: Attempt) -> bool:
    """Note that the event was taken. False where it is no longer held."""
    settled = await q.settle_delivered(
        database,
        webhook_id=held.webhook_id,
        holder=held.holder,
        run=held.run,
        seq=event.seq,
        event_id=event.id,
        attempt=number,
        status=attempt.status,
        milliseconds=attempt.milliseconds,
    )
    return settled is not None


async def fail(
    database: Database, held: Held, event: Event, number: int, attempt: Attempt, schedule: Sequence[float]
) -> Consequence | None:
    """Note that an attempt failed, and what follows from it; None where it is no longer held."""
    async with database.transaction() as tx:
        row = await q.lock_webhook_to_fail(tx, webhook_id=held.webhook_id, holder=held.holder, run=held.run)
        if row is None:
            return None
        found = retries.after_failure(Webhook.of(row), event.seq, attempt, schedule, row["moment"])
        webhook = found.webhook
        await q.write_failure(
            tx,
            webhook_id=webhook.id,
            active=webhook.active,
            settled_seq=webhook.settled_seq,
            begun_seq=webhook.begun_seq,
            body=webhook.body,
            attempts=webhook.attempts,
            steps=webhook.steps,
            failures=webhook.failures,
            failing_since=webhook.failing_since,
            last_status=webhook.last_status,
            wait_seconds=found.wait_seconds,
        )
        await q.insert_delivery(
            tx,
            webhook_id=webhook.id,
            event_id=event.id,
            attempt=number,
            status=attempt.status,
            error=attempt.error,
            milliseconds=attempt.milliseconds,
        )
        if found.gave_up:
            await webhooks.append_event(tx, webhook, None, "GAVE_UP", event=event.id, reason=attempt.error)
        if found.switched_off is not None:
            await webhooks.append_event(tx, webhook, None, "SWITCHED_OFF", event=event.id, reason=found.switched_off)
            await _tell(tx, webhook, found.switched_off)
    return found


async def _tell(tx: Transaction, webhook: Webhook, why: str) -> None:
    """The room's ADMINs, and #ops, where its address is not said: who reads there needs not be an ADMIN."""
    name = ids.of(ids.WEBHOOK, webhook.id)
    advice = "An ADMIN switches it on again with resumeWebhook, from where it stands or from a cursor."
    await messages.post(tx, webhook.room_id, messages.OPS, f"The webhook {name} is switched off: {why}. {advice}")
    for row in await q.admins_of_room(tx, room_id=webhook.room_id):
        body = f"The webhook {name} to {webhook.url} is switched off: {why}. {advice}"
        await messages.post_direct(tx, webhook.room_id, Agent.of(row), body)
