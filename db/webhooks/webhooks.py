"""The webhooks of rooms: made, deleted, switched on again, and read. They are for ADMINs alone."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput, NotFound
from db.core.grouping import grouped
from db.core.queries import q, required
from db.core.records import Webhook
from db.core.transaction import Transaction
from db.events import event_log
from db.rooms import rooms
from db.webhooks.outbound import Outbound

_FIND = "'room { webhooks { id url } }' lists the webhooks."
_MAX_URL = 2_000
_SECRET = re.compile(r"whsec_([A-Za-z0-9+/]+={0,2})")
_LEAST_SECRET, _MOST_SECRET = 24, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """A webhook to make: where to, signed with what, and what interests it. Empty is all."""

    url: str
    secret: str
    kinds: Sequence[EventKind]
    labels: Sequence[str]


async def create(database: Database, outbound: Outbound, caller: Caller, room: str | None, new: NewWebhook) -> Webhook:
    """Make a webhook, which is sent what happens from now on."""
    caller.must_administrate("create webhooks")
    url, secret = checked_url(new.url), _checked_secret(new.secret)
    kinds = list(dict.fromkeys(kind.value for kind in validation.items("kinds", new.kinds)))
    labels = validation.keys("labels", new.labels)
    found = await rooms.find(database, caller, room)
    # Not in the transaction, for it may take seconds.
    if (why := await outbound.why_out_of_bounds(url)) is not None:
        hint = "Send an https address that everybody can reach, or have the operator allow its network."
        raise BadInput("url", why, hint)
    async with database.transaction() as tx:
        # Two at once would both find room for the last one.
        await rooms.lock(tx, found.id)
        if await q.count_webhooks(tx, room_id=found.id) >= validation.MAX_WEBHOOKS:
            raise BadInput(
                "room",
                f"{found.name} has {validation.MAX_WEBHOOKS} webhooks, which is as many as a room may have.",
                f"As an ADMIN, delete one with deleteWebhook: {_FIND}",
                validation.MAX_WEBHOOKS,
            )
        # The event of its making is the next one, and the first after that is its first.
        seq = required(await q.lock_log(tx, room_id=found.id)) + 1
        row = await q.insert_webhook(
            tx, room_id=found.id, url=url, secret=secret, kinds=kinds, labels=labels, settled_seq=seq
        )
        made = Webhook.of(row)
        await append_event(tx, made, caller.agent_id, "CREATED")
    return made


async def delete(database: Database, caller: Caller, reference: str) -> bool:
    """Delete it with its deliveries: nothing more is sent. NOT_FOUND where it isn't there."""
    caller.must_administrate("delete webhooks")
    async with database.transaction() as tx:
        webhook = await _locked(tx, reference)
        await q.delete_webhook(tx, webhook_id=webhook.id)
        await append_event(tx, webhook, caller.agent_id, "DELETED")
    return True


async def resume(database: Database, caller: Caller, reference: str, after: str | None) -> Webhook:
    """Switch it on again, from where it stands or from a cursor: what comes after that is sent, again if need be.

    CURSOR_EXPIRED where the log no longer has that.
    """
    caller.must_administrate("resume webhooks")
    async with database.transaction() as tx:
        webhook = await _locked(tx, reference)
        if after is None:
            extent = await event_log.extent_of(tx, webhook.room_id)
            extent.behind("after", event_log.Place(extent.epoch, webhook.settled_seq))
            row = await q.resume_webhook(tx, webhook_id=webhook.id)
        else:
            seq = await event_log.start(tx, webhook.room_id, after)
            row = await q.resume_webhook_after(tx, webhook_id=webhook.id, seq=seq)
        resumed = Webhook.of(required(row))
        await append_event(tx, resumed, caller.agent_id, "RESUMED")
    return resumed


async def find(database: Database, caller: Caller, reference: str) -> Webhook:
    """The webhook of this id; NOT_FOUND where there is none, or for all but ADMINs."""
    found = (await by_ids(database, [key := ids.key(ids.WEBHOOK, reference)])).get(key)
    if found is None or not caller.sees_record(found):
        raise NotFound(reference, _FIND)
    return found


async def of_rooms(database: Database, keys: Sequence[int]) -> dict[int, list[Webhook]]:
    """The webhooks of each room, in the order in which they were made."""
    return grouped(await q.webhooks_of_rooms(database, room_ids=keys), "room_id", Webhook.of)


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Webhook]:
    """Webhooks by key."""
    return {row["id"]: Webhook.of(row) for row in await q.webhooks_by_ids(database, webhook_ids=keys)}


async def append_event(
    tx: Transaction,
    webhook: Webhook,
    actor: int | None,
    change: str,
    *,
    event: int | None = None,
    reason: str | None = None,
) -> None:
    """Tell the log what became of it: CREATED, DELETED, RESUMED, SWITCHED_OFF, or GAVE_UP on an event.

    Where it sends to is not said: who reads the log needs not be an ADMIN.
    """
    epoch = (await event_log.extent_of(tx, webhook.room_id)).epoch
    data: dict[str, object] = {
        "webhook": ids.of(ids.WEBHOOK, webhook.id),
        "change": change,
        "active": webhook.active,
        "cursor": event_log.cursor(webhook.room_id, webhook.settled_seq, epoch),
    }
    if event is not None:
        data["event"] = ids.of(ids.EVENT, event)
    if reason is not None:
        data["reason"] = reason
    tx.append_event(webhook.room_id, EventKind.WEBHOOK_CHANGED, actor=actor, data=data)


def checked_url(url: str) -> str:
    """An https or http URL whose host can be asked for by its name, without credentials."""
    validation.text("url", url, most=_MAX_URL, least=1)
    validation.address("url", url)
    if not url.isascii() or not url.isprintable():
        raise BadInput("url", "url contains characters that no URL has.", "Write them percent-encoded, names as xn--.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadInput(
            "url", "url has a host or a port that can't be.", "Send one like https://example.org/1."
        ) from None
    if not parts.hostname or port == 0:
        raise BadInput("url", "url has no host, or port 0.", "Send one like https://example.org/1.")
    if "@" in parts.netloc:
        raise BadInput(
            "url", "url contains credentials.", "Leave them out: the receiver knows us by the signature of `secret`."
        )
    if parts.fragment:
        raise BadInput("url", "url has a fragment, which is never sent.", "Leave out # and what follows.")
    return url


def _checked_secret(secret: str) -> str:
    wrong = BadInput(
        "secret",
        "secret is not `whsec_` and the base64 of 24 to 64 bytes.",
        "Make one: echo whsec_$(openssl rand -base64 32)",
    )
    match = _SECRET.fullmatch(secret)
    try:
        size = len(base64.b64decode(match[1], validate=True)) if match else 0
    except binascii.Error:
        raise wrong from None
    if not _LEAST_SECRET <= size <= _MOST_SECRET:
        raise wrong
    return secret


async def _locked(tx: Transaction, reference: str) -> Webhook:
    row = await q.lock_webhook(tx, webhook_id=ids.key(ids.WEBHOOK, reference))
    if row is None:
        raise NotFound(reference, _FIND)
    return Webhook.of(row)
