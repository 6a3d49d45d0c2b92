"""The rules of work: pure functions, no I/O, no clock. What a rule needs is handed to it."""

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

from db.core import ids
from db.core.enums import ProposalStatus, TaskStatus
from db.core.errors import WrongStatus
from db.core.records import Proposal


class Move(StrEnum):
    """What takes a task from one status to another."""

    CLAIM = "claim"
    RELEASE = "release"
    TAKE_BACK = "take back"
    GIVE_UP = "take back for the last time"
    BLOCK = "block"
    UNBLOCK = "unblock"
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "ask for changes"
    COMPLETE = "complete"
    CANCEL = "cancel"
    REOPEN = "reopen"


NEXT: Mapping[tuple[TaskStatus, Move], TaskStatus] = {
    (TaskStatus.TODO, Move.CLAIM): TaskStatus.DOING,
    (TaskStatus.DOING, Move.RELEASE): TaskStatus.TODO,
    (TaskStatus.DOING, Move.TAKE_BACK): TaskStatus.TODO,
    (TaskStatus.DOING, Move.GIVE_UP): TaskStatus.BLOCKED,
    (TaskStatus.DOING, Move.BLOCK): TaskStatus.BLOCKED,
    (TaskStatus.BLOCKED, Move.UNBLOCK): TaskStatus.TODO,
    (TaskStatus.BLOCKED, Move.RELEASE): TaskStatus.TODO,
    (TaskStatus.DOING, Move.SUBMIT): TaskStatus.VALIDATING,
    (TaskStatus.VALIDATING, Move.APPROVE): TaskStatus.DONE,
    (TaskStatus.VALIDATING, Move.SEND_BACK): TaskStatus.TODO,
    (TaskStatus.DOING, Move.COMPLETE): TaskStatus.DONE,
    (TaskStatus.TODO, Move.CANCEL): TaskStatus.CANCELLED,
    (TaskStatus.DOING, Move.CANCEL): TaskStatus.CANCELLED,
    (TaskStatus.BLOCKED, Move.CANCEL): TaskStatus.CANCELLED,
    (TaskStatus.VALIDATING, Move.CANCEL): TaskStatus.CANCELLED,
    (TaskStatus.DONE, Move.REOPEN): TaskStatus.TODO,
    (TaskStatus.CANCELLED, Move.REOPEN): TaskStatus.TODO,
}


class Ending(StrEnum):
    """What ends a proposal."""

    DECIDE = "decide"
    TAKE_DEFAULT = "take the default at closesAt"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


ENDS: Mapping[tuple[ProposalStatus, Ending], ProposalStatus] = {
    (ProposalStatus.OPEN, Ending.DECIDE): ProposalStatus.DECIDED,
    (ProposalStatus.OPEN, Ending.TAKE_DEFAULT): ProposalStatus.DECIDED,
    (ProposalStatus.OPEN, Ending.EXPIRE): ProposalStatus.EXPIRED,
    (ProposalStatus.OPEN, Ending.WITHDRAW): ProposalStatus.WITHDRAWN,
}


def check_open(proposal: Proposal) -> None:
    """WRONG_STATUS where the proposal has ended, with how it did."""
    if not any(start is proposal.status for start, _ in ENDS):
        raise WrongStatus(
            id=ids.of(ids.PROPOSAL, proposal.id),
            status=proposal.status.value,
            allowed=list(dict.fromkeys(start.value for start, _ in ENDS)),
            has_outcome=True,
            outcome=proposal.outcome,
        )


def check_move(task_id: int, status: TaskStatus, move: Move) -> TaskStatus:
    """The status that the move leads to; WRONG_STATUS where there is no such move."""
    if (status, move) not in NEXT:
        allowed = [start.value for start, taken in NEXT if taken is move]
        raise WrongStatus(id=ids.of(ids.TASK, task_id), status=status.value, allowed=allowed)
    return NEXT[status, move]


class Measured(Protocol):
    """A number on its way from one to another, such as a key result's."""

    @property
    def start(self) -> float: ...

    @property
    def target(self) -> float: ...

    @property
    def current(self) -> float: ...


def key_result_progress(key_result: Measured) -> float:
    """0..1: how far `current` is from `start` to `target`, in either direction, clamped."""
    if key_result_complete(key_result):
        return 1.0
    if key_result.start == key_result.target:
        return 0.0
    start, target, current = key_result.start, key_result.target, key_result.current
    if math.isinf(target - start):
        # Their halves are as far apart in proportion, and not further than any number.
        start, target, current = start / 2, target / 2, current / 2
    return min(1.0, max(0.0, (current - start) / (target - start)))


def key_result_complete(key_result: Measured) -> bool:
    """Whether `current` is at or beyond `target`, seen from `start`."""
    if key_result.target >= key_result.start:
        return key_result.current >= key_result.target
    return key_result.current <= key_result.target


def weighted_mean(parts: Iterable[tuple[float, float, int]]) -> float:
    """The mean of parts: (weight, progress, number), so many of that weight, whose progress adds up to this.

    Weights that are all 0 count equally; no parts is 0.
    """
    every = list(parts)
    if len(every) == 1:
        # As it is with most of a large tree.
        _, progress, number = every[0]
        return progress / number
    weights = {weight for weight, _, _ in every}
    if len(weights) <= 1:
        return sum([progress for _, progress, _ in every]) / max(sum([number for *_, number in every]), 1)
    largest = max(weights)
    # Taken in proportion to the largest, for the sum of large ones may be larger than any number.
    total = sum(weight / largest * number for weight, _, number in every)
    return min(1.0, sum(weight / largest * progress for weight, progress, _ in every) / total)
