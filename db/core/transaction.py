"""The transaction in which an act changes rooms: its statements, and the events and inbox items that it ends with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from db.core.enums import EventKind, InboxKind, TaskStatus
from db.core.queries import q, required
from db.core.records import Task
from db.core.text import one_line

# Room for two titles. What users wrote is longer where it stands: in the comment, the message, or the log.
_LONGEST_SUMMARY = 1_000


# Capabilities, sorted, and the keys of resources, sorted: see the table.
Requirement = tuple[tuple[str, ...], tuple[int, ...]]


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
class _NewItem:
    agent: int
    room: int
    kind: InboxKind
    summary: str
    sender: int | None
    task: int | None
    comment: int | None
    message: int | None
    proposal: int | None


class LastStep(Protocol):
    """What several parts of an act add to, and is done once, when the act has done all else."""

    async def run(self, tx: "Transaction", /) -> None: ...


L = TypeVar("L", bound=LastStep)


@dataclass(slots=True)
class Transaction:
    """One transaction that changes something. Statements run on it; its inbox items and events are written last."""

    connection: Any
    # The resources in each requirement that was asked for. They never change, so the process reads them once.
    known_needs: dict[int, tuple[int, ...]] = field(default_factory=dict)
    # The numbers of requirements, which stay as they are too.
    known_requirements: dict[Requirement, int] = field(default_factory=dict)
    fetch: Any = field(init=False)
    fetchrow: Any = field(init=False)
    fetchval: Any = field(init=False)
    execute: Any = field(init=False)
    _events: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    _moved: dict[int, Counter[TaskStatus]] = field(default_factory=dict)
    _items: list[_NewItem] = field(default_factory=list)
    _last_steps: dict[type[LastStep], Any] = field(default_factory=dict)
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
        proposal: int | None = None,
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Queue an event; it gets its number in the room's log at the end. `actor` None is the server."""
        event = {
            "kind": kind, "actor": actor, "task": task, "objective": objective, "agent": agent, "message": message,
            "proposal": proposal, "data": data or {},
        }  # fmt: skip
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

    def count_move(self, room_id: int, before: TaskStatus | None, after: TaskStatus) -> None:
        """Count a task of the room that is new (`before` is None), ended, or is open again, beside the event of it."""
        moved = self._moved.setdefault(room_id, Counter())
        moved[after] += 1
        if before is not None:
            moved[before] -= 1

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
        proposal: int | None = None,
    ) -> None:
        """Queue an inbox item for the agent, if there is one. Of own acts only a message to oneself makes an item."""
        if agent_id is not None and (agent_id != by or kind is InboxKind.DIRECT):
            line = one_line(summary, _LONGEST_SUMMARY)
            self._items.append(_NewItem(agent_id, room_id, kind, line, by, task, comment, message, proposal))

    def last_step(self, kind: type[L]) -> L:
        """Return the step of this kind, made when first asked for; it runs before what is queued is written."""
        step: L = self._last_steps.setdefault(kind, kind())
        return step

    def publish_change(self, topic: Topic, key: int) -> None:
        """Publish after the commit that this changed of the agent or room."""
        self._changes.add((topic, key))

    async def write_queued(self) -> Committed:
        """Write the inbox items and events that were queued; answers what is to be published once it is committed."""
        for step in self._last_steps.values():
            await step.run(self)
        await self._write_inbox_items()
        ends = await self._write_events()
        kinds = [event["kind"] for events in self._events.values() for event in events]
        return Committed(ends, kinds, frozenset(self._changes))

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
                proposal_ids=[item.proposal for item in self._items],
            )

    async def _write_events(self) -> dict[int, int]:
        """Write the queued events, rooms in the order of their ids so that no two transactions deadlock."""
        ends = {}
        for room_id in sorted(self._events.keys() | self._moved.keys()):
            events, moved = self._events.get(room_id, ()), self._moved.get(room_id, Counter())
            ends[room_id] = required(
                await q.append_events(
                    self,
                    room_id=room_id,
                    events=events,
                    tasks=moved.total(),
                    done=moved[TaskStatus.DONE],
                    cancelled=moved[TaskStatus.CANCELLED],
                )
            )
        return ends
