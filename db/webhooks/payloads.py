"""What a receiver is sent of an event, and which events interest it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from db.core import ids
from db.core.database import Database
from db.core.enums import EventKind
from db.core.queries import q
from db.core.records import Event, Webhook
from db.events import event_log


def may_interest(webhook: Webhook, event: Event) -> bool:
    """Whether the event is of the kinds that it wants, and has a task where it wants labels."""
    if event.is_direct or (
        event.kind is EventKind.WEBHOOK_CHANGED and event.data["webhook"] == ids.of(ids.WEBHOOK, webhook.id)
    ):
        return False
    if webhook.labels and event.task_id is None:
        return False
    return not webhook.kinds or event.kind.value in webhook.kinds


async def payload(database: Database, webhook: Webhook, event: Event, public_url: str | None) -> str | None:
    """The event as JSON; None where its task has none of the labels that interest the webhook."""
    facts = await q.facts_of_event(
        database,
        room_id=event.room_id,
        actor_id=event.actor_id,
        task_id=event.task_id,
        objective_id=event.objective_id,
    )
    if facts is None or (webhook.labels and not set(webhook.labels) & set(facts["labels"] or ())):
        return None
    return _json(
        {
            "id": ids.of(ids.EVENT, event.id),
            "kind": event.kind.value,
            "cursor": event_log.cursor_of(event),
            "at": _instant(event.at),
            "room": _named(ids.ROOM, event.room_id, facts["room"]),
            "actor": _named(ids.AGENT, event.actor_id, facts["actor"]),
            "task": _task(event, facts),
            "objective": _titled(ids.OBJECTIVE, event.objective_id, facts["objective"]),
            "data": event.data,
            "url": None if public_url is None else f"{public_url}/rooms/{facts['room']}/{_page(event)}",
        }
    )


def test_payload(webhook: Webhook, room: str, identifier: str, at: datetime) -> str:
    """What a test sends: an event that did not happen."""
    return _json(
        {
            "id": identifier,
            "kind": "TEST",
            "at": _instant(at),
            "room": _named(ids.ROOM, webhook.room_id, room),
            "data": {},
        }
    )


def _json(said: Mapping[str, Any]) -> str:
    there = {name: value for name, value in said.items() if value is not None}
    return json.dumps(there, ensure_ascii=False, separators=(",", ":"))


def _instant(at: datetime) -> str:
    """As the API writes it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _named(letter: str, key: int | None, name: str | None) -> dict[str, Any] | None:
    return None if key is None or name is None else {"id": ids.of(letter, key), "name": name}


def _titled(letter: str, key: int | None, title: str | None) -> dict[str, Any] | None:
    return None if key is None or title is None else {"id": ids.of(letter, key), "title": title}


def _task(event: Event, facts: Mapping[str, Any]) -> dict[str, Any] | None:
    task: dict[str, Any] | None = _titled(ids.TASK, event.task_id, facts["title"])
    if task is None:
        return None
    task["status"] = facts["status"]
    if (assignee := _named(ids.AGENT, facts["assignee_id"], facts["assignee"])) is not None:
        task["assignee"] = assignee
    task["labels"] = facts["labels"]
    return task


def _page(event: Event) -> str:
    """The path of the dashboard's page, within the room, that shows what it happened to."""
    if event.task_id is not None:
        return f"tasks/{ids.of(ids.TASK, event.task_id)}"
    if event.objective_id is not None:
        return f"tree/{ids.of(ids.OBJECTIVE, event.objective_id)}"
    return "room" if event.kind is EventKind.MESSAGE_SENT else "now"
