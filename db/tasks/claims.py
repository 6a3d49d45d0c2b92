"""Claiming one task by its id: one owner at a time, under a lease, with a fence."""

from collections.abc import Sequence

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, TaskStatus
from db.core.errors import (
    AlreadyClaimed,
    AssignedToOther,
    BadInput,
    CriteriaFrozen,
    CriteriaRequired,
    MissingCapabilities,
    NotReady,
    Paused,
    WipLimit,
)
from db.core.queries import q, required
from db.core.records import Room, Task
from db.core.rules import Move, check_move
from db.core.transaction import Transaction
from db.goal_tree.references import find_task
from db.presence import sessions
from db.resources import resources
from db.rooms import rooms
from db.tasks import criteria as criteria_rules
from db.tasks import lease_expiry, waits


async def open_session(on: Database | Transaction, caller: Caller, label: str | None) -> int | None:
    """The key of the caller's session of this label, opened where it is new; None without a label."""
    if label is None:
        return None
    return await sessions.open_session(on, caller.agent_id, label)


async def claim(
    database: Database,
    caller: Caller,
    reference: str,
    *,
    criteria: Sequence[str] | None = None,
    session: str | None = None,
    lease_seconds: int | None = None,
) -> Task:
    """Take this task, if it is ready; its holder's own claim is renewed. Sets the criteria of a task that has none."""
    if lease_seconds is not None:
        validation.integer("leaseSeconds", lease_seconds, 1, validation.MAX_LEASE)
    texts = criteria_rules.checked(criteria) if criteria else None
    async with database.transaction() as tx:
        found = await find_task(tx, caller, reference)
        caller.must_work(found.room_id, reference)
        room = await (rooms.lock(tx, found.room_id) if texts else rooms.get(tx, found.room_id))
        if room.wip_limit is not None:
            await q.lock_agent(tx, agent_id=caller.agent_id)
        row = required(await q.lock_task(tx, task_id=found.id))
        task, holder = Task.of(row), row["assignee_name"]
        if task.status is TaskStatus.DOING and not row["lease_runs"]:
            await lease_expiry.reclaim(tx, task.id)
            task = Task.of(required(await q.task_by_id(tx, task_id=task.id)))
        session_id = await open_session(tx, caller, session)
        present = [row["text"] for row in await q.criteria_of(tx, task_id=task.id)] if texts else []
        if task.status is TaskStatus.DOING and task.assignee_id == caller.agent_id:
            if texts and texts != present:
                raise _criteria_given(reference) if present else CriteriaFrozen(task=ids.of(ids.TASK, task.id))
            renewed = required(
                await q.renew_lease(tx, task_id=task.id, lease_seconds=lease_seconds, quiet_seconds=None)
            )
            return Task.of(renewed)
        needed = (await resources.needs(tx, [task.requirement_id]))[task.requirement_id]
        if needed:
            # Whether they can be had is not to change before they are taken.
            await q.lock_resources(tx, resource_ids=needed)
        await _check(tx, caller, room, task, holder, has_criteria=bool(texts), needed=needed)
        if texts:
            if present:
                raise _criteria_given(reference)
            await criteria_rules.replace(tx, task, texts, caller.agent_id)
        claimed = Task.of(
            required(
                await q.claim_task(
                    tx,
                    task_id=task.id,
                    agent_id=caller.agent_id,
                    session_id=session_id,
                    lease_seconds=lease_seconds or room.lease_seconds,
                )
            )
        )
        await resources.acquire(tx, claimed, needed)
        tx.append_task_event(
            EventKind.TASK_CLAIMED,
            task,
            caller.agent_id,
            {"fence": claimed.fence, "expiresAt": claimed.lease_expires_at},
        )
        return claimed


def _criteria_given(reference: str) -> BadInput:
    return BadInput("criteria", f"{reference} already has criteria.", "Claim it without `criteria`.")


async def _check(
    tx: Transaction,
    caller: Caller,
    room: Room,
    task: Task,
    holder: str | None,
    *,
    has_criteria: bool,
    needed: Sequence[int],
) -> None:
    """Refuse the claim where the task is held, not the caller's to take, or not ready."""
    name = ids.of(ids.TASK, task.id)
    if task.status is TaskStatus.DOING and task.lease_expires_at is not None:
        raise AlreadyClaimed(task=name, holder=holder or "", expires_at=task.lease_expires_at)
    check_move(task.id, task.status, Move.CLAIM)
    if task.assignee_id not in (None, caller.agent_id):
        raise AssignedToOther(task=name, assignee=holder or "")
    if room.paused:
        raise Paused(room=room.name)
    missing = await q.missing_capabilities(tx, requirement_id=task.requirement_id, agent_id=caller.agent_id)
    if missing:
        raise MissingCapabilities(task=name, missing=missing)
    others = (
        task.open_dependencies
        or task.open_proposals
        or task.waits_for_track
        or task.waits_for_objective
        or task.waits_for_schedule
    )
    if others or (needed and await resources.unavailable(tx, [task.requirement_id])):
        found = (await waits.waits_of(tx, [task]))[task.id]
        raise NotReady(task=name, waiting_on=waits.facts(found))
    if task.waits_for_criteria and not has_criteria:
        raise CriteriaRequired(task=name)
    if room.wip_limit is not None:
        held = await q.held_count(tx, room_id=room.id, agent_id=caller.agent_id)
        if held >= room.wip_limit:
            raise WipLimit(limit=room.wip_limit)
