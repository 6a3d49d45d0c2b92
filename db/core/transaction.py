"""The transaction in which an act changes rooms: its statements, and the events and inbox items that it ends with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from db.core import ids
from db.core.enums import EventKind, InboxKind, TaskStatus
from db.core.queries import q, required
from db.core.records import Task
from db.core.text import one_line

# Room for two titles. What users wrote is longer where it stands: in the comment, the message, or the log.
_LONGEST_SUMMARY = 1_000


class Topic(StrEnum):
    """What may change of an agent or a room without standing in a log."""

    AGENT = "a"  # its tokens, or its rooms
    INBOX = "i"
    ACTIVITY = "p"  # of members of the room


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit changed, for those who listen."""

    # Where the logs of these rooms end now, and the kinds of the events that were appended to any of them.
    ends: Mapping[int, int] = field(default_factory=dict)
    kinds: Sequence[EventKind] = ()
    changes: frozenset[tuple[Topic, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class _NewEvent:
    kind: EventKind
    actor: int | None
    task: int | None
    objective: int | None
    agent: int | None
    message: int | None
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _NewItem:
    agent: int
    room: int
    kind: InboxKind
    summary: str
    sender: int | None
    task: int | None
    comment: int | None
    message: int | None


@dataclass(frozen=True, slots=True)
class _Clearance:
    """Why a task is clear to go on: words for its owner, and what the event says."""

    cause: str
    actor: int | None
    data: Mapping[str, object]
    # Whether it was BLOCKED: the log tells of the end of that in any case.
    resumes: bool = False


@dataclass(frozen=True, slots=True)
class Startable:
    """A task that can start, and whether its owner still has to be told."""

    id: int
    title: str
    room_id: int
    objective_id: int | None
    assignee_id: int | None
    told: bool = False


@dataclass(slots=True)
class Transaction:
    """One transaction that changes something. Statements run on it; its inbox items and events are written last."""

    connection: Any
    # The resources in each requirement that was asked for. They never change, so the process reads them once.
    known_needs: dict[int, tuple[int, ...]] = field(default_factory=dict)
    fetch: Any = field(init=False)
    fetchrow: Any = field(init=False)
    fetchval: Any = field(init=False)
    execute: Any = field(init=False)
    _events: dict[int, list[_NewEvent]] = field(default_factory=dict)
    _items: list[_NewItem] = field(default_factory=list)
    _cleared: dict[int, _Clearance] = field(default_factory=dict)
    _startable: dict[int, tuple[Startable, _Clearance]] = field(default_factory=dict)
    _changes: set[tuple[Topic, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.fetch, self.fetchrow = self.connection.fetch, self.connection.fetchrow
        self.fetchval, self.execute = self.connection.fetchval, self.connection.execute

    def append_event(
        self,
        room_id: int,
        kind: EventKind,
        *,
        actor: int | None = None,
        task: int | None = None,
        objective: int | None = None,
        agent: int | None = None,
        message: int | None = None,
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Queue an event; it gets its number in the room's log at the end. `actor` None is the server."""
        event = _NewEvent(kind, actor, task, objective, agent, message, data or {})
        self._events.setdefault(room_id, []).append(event)

    def append_task_event(
        self,
        kind: EventKind,
        task: Task,
        actor: int | None,
        data: Mapping[str, object] | None = None,
        *,
        loser: int | None = None,
    ) -> None:
        """As `append_event`, of what happened to this task; `loser` held it until then."""
        self.append_event(
            task.room_id, kind, actor=actor, task=task.id, objective=task.objective_id, agent=loser, data=data
        )

    def notify(
        self,
        agent_id: int | None,
        room_id: int,
        kind: InboxKind,
        summary: str,
        *,
        by: int | None,
        task: int | None = None,
        comment: int | None = None,
        message: int | None = None,
    ) -> None:
        """Queue an inbox item for the agent, if there is one. Of own acts only a message to oneself makes an item."""
        if agent_id is not None and (agent_id != by or kind is InboxKind.DIRECT):
            line = one_line(summary, _LONGEST_SUMMARY)
            self._items.append(_NewItem(agent_id, room_id, kind, line, by, task, comment, message))

    def clear(
        self, task_id: int, cause: str, actor: int | None, *, cleared_by: int | None = None, resumes: bool = False
    ) -> None:
        """Queue the news that nothing on the task's row holds it back; the transaction has that row locked.

        It is told at the end, and only if the task can start then: what else the act changes counts, and what a
        resource or the room's pause holds back is told once they don't. `resumes` is whether it was BLOCKED.
        """
        data = {"clearedBy": None if cleared_by is None else ids.of(ids.TASK, cleared_by)}
        self._cleared[task_id] = _Clearance(cause, actor, data, resumes)

    def resource_freed(self, task: Startable, resource: str, actor: int | None) -> None:
        """Queue the news that the task can start, for it can have this resource now; its row need not be locked."""
        why = _Clearance(f"{resource} is free", actor, {"clearedBy": None, "resource": resource})
        self._startable[task.id] = task, why

    def publish_change(self, topic: Topic, key: int) -> None:
        """Publish after the commit that this changed of the agent or room."""
        self._changes.add((topic, key))

    async def write_queued(self) -> Committed:
        """Write the inbox items and events that were queued; answers what is to be published once it is committed."""
        await self._tell_cleared()
        await self._write_inbox_items()
        ends = await self._write_events()
        kinds = [event.kind for events in self._events.values() for event in events]
        return Committed(ends, kinds, frozenset(self._changes))

    async def _tell_cleared(self) -> None:
        """Queue event and item of each task that was cleared, behind all that the act did."""
        rows = await q.settle_cleared(self, task_ids=list(self._cleared)) if self._cleared else ()
        settled = {row["id"]: row for row in rows}
        for task_id, why in self._cleared.items():
            row = settled[task_id]
            if row["status"] == TaskStatus.TODO and (row["startable"] or why.resumes):
                place = (row["room_id"], row["objective_id"], row["assignee_id"])
                self._unblocked(Startable(task_id, row["title"], *place), why, ready=row["startable"])
        for task, why in self._startable.values():
            if task.id not in self._cleared:
                self._unblocked(task, why, ready=True)

    def _unblocked(self, task: Startable, why: _Clearance, *, ready: bool) -> None:
        kind, data = EventKind.TASK_UNBLOCKED, {**why.data, "ready": ready}
        self.append_event(task.room_id, kind, actor=why.actor, task=task.id, objective=task.objective_id, data=data)
        if ready and not task.told:
            text = f"{why.cause}: {ids.of(ids.TASK, task.id)} '{task.title}' is clear to go on."
            self.notify(task.assignee_id, task.room_id, InboxKind.UNBLOCKED, text, by=why.actor, task=task.id)

    async def _write_inbox_items(self) -> None:
        """Write the queued items, in their order; who is notified of a task gets no item for a mention on it."""
        told = {(item.agent, item.task) for item in self._items if item.kind is not InboxKind.MENTION}
        self._items = [
            item
            for item in self._items
            if item.kind is not InboxKind.MENTION or item.task is None or (item.agent, item.task) not in told
        ]
        if self._items:
            agent_ids = [item.agent for item in self._items]
            self._changes |= {(Topic.INBOX, agent_id) for agent_id in agent_ids}
            await q.lock_inboxes(self, agent_ids=agent_ids)
            await q.add_inbox_items(
                self,
                agent_ids=agent_ids,
                room_ids=[item.room for item in self._items],
                kinds=[item.kind for item in self._items],
                summaries=[item.summary for item in self._items],
                sender_ids=[item.sender for item in self._items],
                task_ids=[item.task for item in self._items],
                comment_ids=[item.comment for item in self._items],
                message_ids=[item.message for item in self._items],
            )

    async def _write_events(self) -> dict[int, int]:
        """Write the queued events, rooms in the order of their ids so that no two transactions deadlock."""
        ends = {}
        for room_id, events in sorted(self._events.items()):
            ends[room_id] = required(
                await q.append_events(
                    self,
                    room_id=room_id,
                    kinds=[event.kind for event in events],
                    actors=[event.actor for event in events],
                    tasks=[event.task for event in events],
                    objectives=[event.objective for event in events],
                    agents=[event.agent for event in events],
                    messages=[event.message for event in events],
                    datas=[event.data for event in events],
                )
            )
        return ends
