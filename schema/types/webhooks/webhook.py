"""Webhooks as ADMINs see them; nobody else does."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records, validation
from db.core.enums import EventKind as Kind
from db.events import event_log
from db.rooms import rooms
from db.webhooks import deliveries
from schema.context import Info
from schema.types.enums import EventKind
from schema.types.events import event as event_types
from schema.types.node import Node
from schema.types.rooms import room as room_types

if TYPE_CHECKING:
    from schema.types.events.event import Event
    from schema.types.rooms.room import Room

_DEFAULT_PAGE = 20


@strawberry.type(description="One attempt to deliver one event.")
class Delivery:
    attempt: int = strawberry.field(description="Of this event, from 1.")
    status: int | None = strawberry.field(description="Null where no answer came.")
    error: str = strawberry.field(description="What went wrong, in a line; empty where it was taken.")
    milliseconds: int = strawberry.field(description="How long it took.")
    at: datetime = strawberry.field(description="When it ended.")
    record: strawberry.Private[records.Delivery]

    @classmethod
    def of(cls, delivery: records.Delivery) -> Self:
        return cls(
            attempt=delivery.attempt,
            status=delivery.status,
            error=delivery.error,
            milliseconds=delivery.milliseconds,
            at=delivery.at,
            record=delivery,
        )

    @strawberry.field(description="The event; null for a test.")
    def event(self, info: Info) -> Annotated["Event", strawberry.lazy("schema.types.events.event")] | None:
        shown = event_types.Event.of
        return info.context.has_one(event_log.by_ids, self.record, lambda delivery: delivery.event_id, shown)


@strawberry.type(description="Sends what happens in a room to an address outside, each event until it is taken.")
class Webhook(Node):
    url: str = strawberry.field(description="Where it sends to.")
    kinds: list[EventKind] = strawberry.field(description="Empty is all.")
    labels: list[str] = strawberry.field(
        description="Only events about a task with one of these; empty is no condition."
    )
    active: bool = strawberry.field(
        description="Whether it sends: it is switched off after a 410, and after five days of nothing but failures."
    )
    failures: int = strawberry.field(description="Failed attempts in a row.")
    last_status: int | None = strawberry.field(
        description="What the receiver answered at the last attempt; null where no answer came."
    )
    last_delivered_at: datetime | None = strawberry.field(description="When an event was last taken.")
    record: strawberry.Private[records.Webhook]

    @classmethod
    def of(cls, webhook: records.Webhook) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.WEBHOOK, webhook.id)),
            url=webhook.url,
            kinds=[Kind(kind) for kind in webhook.kinds],
            labels=list(webhook.labels),
            active=webhook.active,
            failures=webhook.failures,
            last_status=webhook.last_status,
            last_delivered_at=webhook.last_delivered_at,
            record=webhook,
        )

    @strawberry.field(description="The room whose events it sends.")
    def room(self, info: Info) -> Annotated["Room", strawberry.lazy("schema.types.rooms.room")]:
        shown = room_types.Room.of
        return info.context.belongs_to(rooms.by_ids, ids.ROOM, self.record, lambda webhook: webhook.room_id, shown)

    @strawberry.field(description="The last event that is settled: delivered, of no interest, or given up.")
    async def cursor(self, info: Info) -> str:
        log = await info.context.required(event_log.extents, ids.ROOM, self.record.room_id)
        return event_log.cursor(log.room_id, self.record.settled_seq, log.epoch)

    @strawberry.field(description="The newest attempts, newest first; 200 are kept.")
    def deliveries(self, info: Info, last: int | None = _DEFAULT_PAGE) -> list[Delivery]:
        most = validation.page("last", _DEFAULT_PAGE if last is None else last)
        return info.context.has_many(deliveries.newest, self.record, lambda webhook: (webhook.id, most), Delivery.of)
