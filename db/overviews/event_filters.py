"""What a subscription wants of a room's log, and where in the log it begins."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass, replace
from functools import partial

from db.conversation import channels
from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput
from db.core.queries import q, required
from db.core.records import Event
from db.core.retry import retry_while_unavailable
from db.events import event_log
from db.goal_tree import objectives, references
from db.rooms import agents, rooms

# What taskChanged carries.
TASK_CHANGES = frozenset(
    {
        EventKind.DEPENDENCY_ADDED,
        EventKind.DEPENDENCY_REMOVED,
        EventKind.COMMENT_ADDED,
        *(kind for kind in EventKind if kind.startswith("TASK_")),
    }
)

_RESHAPING = frozenset({EventKind.OBJECTIVE_CREATED, EventKind.OBJECTIVE_MOVED})


@dataclass(slots=True)
class Subtree:
    """An objective and all below it, kept up to date by the events that pass."""

    database: Database
    objective_id: int
    _objectives: frozenset[int] | None = None

    def notice(self, event: Event) -> None:
        """Look at every event, in order: one that changes the goal tree makes the subtree that was read stale."""
        if event.kind in _RESHAPING:
            self._objectives = None

    async def contains(self, event: Event) -> bool:
        """Whether the event's task is in the subtree, or has just left it."""
        if event.objective_id is not None and await self._holds(event.objective_id):
            return True
        if event.task_id is None:
            return False
        if event.kind is EventKind.COMMENT_ADDED:
            # It names an objective only where it stands on one.
            task = required(await q.task_by_id(self.database, task_id=event.task_id))
            return await self._holds(task["objective_id"])
        if event.kind is EventKind.TASK_UPDATED and "objective" in event.data.get("changes", ()):
            before = await q.objective_before(self.database, task_id=event.task_id, seq=event.seq)
            return await self._holds(before)
        return False

    async def _holds(self, objective_id: int | None) -> bool:
        if self._objectives is None:
            self._objectives = frozenset(await objectives.subtree(self.database, self.objective_id))
        return objective_id in self._objectives


@dataclass(slots=True, kw_only=True)
class EventFilter:
    """A room, the number after which to begin, and what to pick out of what follows; None is everything."""

    database: Database
    room_id: int
    seq: int
    epoch: int | None = None
    kinds: Collection[EventKind] | None = None
    task_id: int | None = None
    assignee_id: int | None = None
    subtree: Subtree | None = None
    channel: str | None = None
    only_open: bool = False
    of_tasks: bool = False
    ready: bool = False

    @property
    def key(self) -> tuple[Hashable, ...]:
        """The same for filters that pick out the same, wherever they begin."""
        subtree = self.subtree.objective_id if self.subtree else None
        kinds = None if self.kinds is None else frozenset(self.kinds)
        named = (self.room_id, self.task_id, self.assignee_id, subtree)
        return (*named, kinds, self.channel, self.only_open, self.of_tasks, self.ready)

    def anew(self) -> "EventFilter":
        """The same filter for another follower, who has looked at no event yet."""
        subtree = Subtree(self.database, self.subtree.objective_id) if self.subtree else None
        return replace(self, subtree=subtree)

    async def matches(self, event: Event, caller: Caller) -> bool:
        """To be asked of every event, in order. An event that can't be looked into yet is waited for, not lost."""
        return await retry_while_unavailable(partial(self._matches, event, caller))

    async def _matches(self, event: Event, caller: Caller) -> bool:
        if self.subtree is not None:
            self.subtree.notice(event)
        if (self.kinds is not None and event.kind not in self.kinds) or not self._is_open(event, caller):
            return False
        if (self.of_tasks and event.task_id is None) or self.task_id not in (None, event.task_id):
            return False
        if self.ready and not event.data.get("ready", True):
            return False
        if self.subtree is not None and not await self.subtree.contains(event):
            return False
        return self.assignee_id is None or await self._is_assigned(event)

    def _is_open(self, event: Event, caller: Caller) -> bool:
        """Whether it is in the channel, or open to the caller, where one of them is asked for."""
        if self.channel is not None:
            return bool(event.data.get("channel") == self.channel)
        return not self.only_open or caller.is_party_to(event)

    async def _is_assigned(self, event: Event) -> bool:
        task = required(await q.task_by_id(self.database, task_id=required(event.task_id)))
        return bool(task["assignee_id"] == self.assignee_id)


async def of_room(
    database: Database,
    caller: Caller,
    room: str | None,
    after: str | None,
    *,
    kinds: Collection[EventKind] | None = None,
) -> EventFilter:
    """Everything of these kinds that happens in the room."""
    if kinds is not None:
        validation.items("kinds", list(kinds))
    room_id = (await rooms.find(database, caller, room)).id
    epoch, seq = await event_log.start_place(database, room_id, after)
    return EventFilter(database=database, room_id=room_id, seq=seq, epoch=epoch, kinds=kinds)


async def of_task_changes(
    database: Database, caller: Caller, room: str | None, after: str | None, *, task: str | None, objective: str | None
) -> EventFilter:
    """Every change of the task, of the tasks in the objective's subtree, or of the room's tasks."""
    if task is not None and objective is not None:
        raise BadInput("objective", "task and objective are mutually exclusive.", "Send one of the two.")
    if task is None:
        wanted = await _in_subtree(database, caller, room, after, objective)
    else:
        found = await references.find_task(database, caller, task)
        wanted = await of_room(database, caller, _same_room(room, found.room_id), after)
        wanted.task_id = _in_room(found.id, found.room_id, wanted, task)
    wanted.kinds, wanted.of_tasks = TASK_CHANGES, True
    return wanted


async def of_unblocked_tasks(
    database: Database,
    caller: Caller,
    room: str | None,
    after: str | None,
    *,
    assignee: str | None,
    objective: str | None,
) -> EventFilter:
    """Tasks that become ready: those of the agent, in the objective's subtree, or of the whole room."""
    wanted = await _in_subtree(database, caller, room, after, objective)
    wanted.kinds, wanted.of_tasks, wanted.ready = [EventKind.TASK_UNBLOCKED], True, True
    if assignee is not None:
        wanted.assignee_id = (await agents.find_member(database, wanted.room_id, assignee)).id
    return wanted


async def of_messages(
    database: Database, caller: Caller, room: str | None, after: str | None, *, channel: str | None
) -> EventFilter:
    """What is said in the channel or, without one, in the whole room, of what the caller may see."""
    wanted = await of_room(database, caller, room, after, kinds=[EventKind.MESSAGE_SENT])
    wanted.only_open = True
    if channel is not None:
        wanted.channel = (await channels.find(database, wanted.room_id, channel)).name
    return wanted


async def _in_subtree(
    database: Database, caller: Caller, room: str | None, after: str | None, objective: str | None
) -> EventFilter:
    if objective is None:
        return await of_room(database, caller, room, after)
    found = await objectives.find(database, caller, objective)
    wanted = await of_room(database, caller, _same_room(room, found.room_id), after)
    wanted.subtree = Subtree(database, _in_room(found.id, found.room_id, wanted, objective))
    return wanted


def _same_room(room: str | None, room_id: int) -> str:
    """The room asked for; where none is, that of the thing asked for."""
    return ids.of(ids.ROOM, room_id) if room is None else room


def _in_room(key: int, room_id: int, wanted: EventFilter, reference: str) -> int:
    validation.same_room("room", reference, room_id, wanted.room_id, "Leave `room` out, or name that room.")
    return key


def cleared_by(event: Event) -> int | None:
    """The task whose end made this one ready, if it was one."""
    reference = event.data.get("clearedBy")
    return ids.key(ids.TASK, reference) if reference else None
