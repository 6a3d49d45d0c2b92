"""Which items of an inbox are to start a command, and when: those of one task together, once they have settled."""

import threading
from collections.abc import Iterable
from typing import Any, NamedTuple

# Of these kinds an item is moot once its task has ended or is somebody else's.
_OF_AN_OWNER = frozenset({"UNBLOCKED", "ASSIGNED", "CHANGES_REQUESTED", "HANDOFF", "STALE"})
_ENDED = frozenset({"DONE", "CANCELLED"})


class Wake(NamedTuple):
    """What woke the agent: items of one task, or of none."""

    task: str | None
    items: tuple[str, ...]


class Wakes:
    """The wakes of one agent, as its inbox is heard and its runs end. Threads may use it."""

    def __init__(self, settle: float) -> None:
        self._settle, self._lock = settle, threading.Lock()
        self._heard: set[str] = set()
        self._items: dict[str | None, list[str]] = {}
        # When the wake of a task is due; and the tasks of which a run goes on.
        self._due: dict[str | None, float] = {}
        self._running: set[str | None] = set()

    @property
    def running(self) -> int:
        return len(self._running)

    def hear(self, item: dict[str, Any], now: float) -> None:
        """An item of the inbox; one that was heard before changes nothing."""
        task = item["task"]["id"] if item["task"] else None
        with self._lock:
            if item["id"] in self._heard:
                return
            self._heard.add(item["id"])
            self._items.setdefault(task, []).append(item["id"])
            self._due.setdefault(task, now + self._settle)

    def take(self, now: float) -> Wake | None:
        """The wake that has been due for longest, whose run begins with that."""
        with self._lock:
            due = [(at, task or "") for task, at in self._due.items() if at <= now and task not in self._running]
            if not due:
                return None
            task = min(due)[1] or None
            del self._due[task]
            self._running.add(task)
            return Wake(task, tuple(self._items[task]))

    def put_back(self, wake: Wake, at: float) -> None:
        """Its run did not begin: it is due then."""
        with self._lock:
            self._running.discard(wake.task)
            self._due.setdefault(wake.task, at)

    def end(self, wake: Wake, unacknowledged: Iterable[str]) -> None:
        """Its run has ended. What is unacknowledged wakes again only with a new item."""
        with self._lock:
            self._running.discard(wake.task)
            later = [item for item in self._items[wake.task] if item not in wake.items]
            self._items[wake.task] = [*unacknowledged, *later]


def is_moot(item: dict[str, Any], agent: str) -> bool:
    """Whether there is nothing left to do about it."""
    if item["acknowledgedAt"] is not None:
        return True
    task, kind = item["task"], item["kind"]
    if item["proposal"] and kind == "PROPOSAL":
        return bool(item["proposal"]["status"] != "OPEN")
    if task is None:
        return False
    if kind == "REVIEW_REQUESTED":
        return bool(task["status"] != "VALIDATING" or (task["reviewer"] or {"name": agent})["name"] != agent)
    if kind in _OF_AN_OWNER:
        return bool(task["status"] in _ENDED or (task["assignee"] or {"name": None})["name"] != agent)
    return False
