"""Resources: shared things that tasks need, with a capacity and a circuit breaker."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, WaitKind
from db.core.errors import BadInput, NotFound, NotReady
from db.core.grouping import grouped
from db.core.queries import q
from db.core.records import Resource, Task, Wait
from db.core.transaction import Transaction
from db.events import unblocked_tasks
from db.events.unblocked_tasks import Startable
from db.resources import circuit_breaker
from db.rooms import rooms

# How many tasks hear that a resource is there for them, where it has no limit.
_MOST_NOTIFIED = 100

# What one transaction lets cool down at most.
_BATCH = 100

# What a change of which the log tells.
_LOGGED = ("capacity", "breaker", "failures", "failure_threshold", "cooldown_seconds", "last_detail")


async def define(
    database: Database,
    caller: Caller,
    *,
    room: str | None,
    name: str,
    capacity: Mapping[str, int | None],
    failure_threshold: int,
    cooldown_seconds: int,
) -> Resource:
    """Make the resource of this name, or change it. `capacity` holds what was said of it: left out it stays."""
    validation.key("name", name)
    limit = capacity.get("capacity")
    if limit is not None:
        validation.integer("capacity", limit, 1)
    validation.integer("failureThreshold", failure_threshold, 1)
    validation.integer("cooldownSeconds", cooldown_seconds, 1, validation.MAX_DURATION)
    async with database.transaction() as tx:
        found = await rooms.find(tx, caller, room)
        caller.must_work(found.id, room or found.name)
        row = await q.insert_resource(
            tx,
            room_id=found.id,
            name=name,
            capacity=limit,
            failure_threshold=failure_threshold,
            cooldown_seconds=cooldown_seconds,
        )
        if row is not None:
            made = Resource.of(row)
            _append_event(tx, caller.agent_id, made)
            return made
        before, now = await _locked(tx, found.id, name)
        wanted = replace(
            before,
            capacity=limit if "capacity" in capacity else before.capacity,
            failure_threshold=failure_threshold,
            cooldown_seconds=cooldown_seconds,
        )
        return await _write(tx, caller.agent_id, before, circuit_breaker.tripped(wanted, now))


async def report(
    database: Database, caller: Caller, *, room: str | None, resource: str, ok: bool, detail: str | None
) -> Resource:
    """Say whether the resource works: failures in a row open its breaker, and a try that went well closes it."""
    if detail is not None:
        validation.text("detail", detail)
    async with database.transaction() as tx:
        before, now = await _locked(tx, await _room(tx, caller, room), resource)
        return await _write(tx, caller.agent_id, before, circuit_breaker.reported(before, now, ok=ok, detail=detail))


async def reset(database: Database, caller: Caller, *, room: str | None, resource: str) -> Resource:
    """Close the breaker by hand."""
    async with database.transaction() as tx:
        before, _now = await _locked(tx, await _room(tx, caller, room), resource)
        return await _write(tx, caller.agent_id, before, circuit_breaker.reset(before))


async def half_open_cooled(database: Database) -> int:
    """Half open the breakers that have cooled down; answers how many."""
    async with database.transaction() as tx:
        rows = await q.lock_cooled_resources(tx, most=_BATCH)
        for row in rows:
            before = Resource.of(row)
            await _write(tx, None, before, circuit_breaker.cooled(before, row["moment"]))
    return len(rows)


async def needs(tx: Transaction, requirements: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """The keys of the resources in each requirement, sorted.

    Asked for once the task is locked: its requirement may have been made while that was waited for.
    """
    unknown = sorted(set(requirements) - tx.known_needs.keys())
    if unknown:
        rows = await q.requirements_by_ids(tx, requirement_ids=unknown)
        tx.known_needs.update((row["id"], tuple(row["resources"])) for row in rows)
    return tx.known_needs


async def acquire(tx: Transaction, task: Task, needed: Sequence[int]) -> None:
    """Have the task hold these, which its row needs; NOT_READY where one isn't available. The task is locked."""
    rows = await q.lock_resources(tx, resource_ids=needed) if needed else []
    found = [Resource.of(row) for row in rows]
    waits = [wait_for(one) for one in found if circuit_breaker.free_slots(one) == 0]
    if waits:
        raise NotReady(task=ids.of(ids.TASK, task.id), waiting_on=[wait.facts() for wait in waits])
    for one in found:
        await _save(tx, circuit_breaker.acquired(one, task.id))


async def lock_held(tx: Transaction, held: Sequence[Mapping[int, int]]) -> None:
    """Lock what these tasks hold, each mapping as for `release`, before several releases in one act."""
    known = await needs(tx, [requirement for one in held for requirement in one.values()])
    keys = {key for one in held for requirement in one.values() for key in known[requirement]}
    if keys:
        await q.lock_resources(tx, resource_ids=sorted(keys))


async def release(
    tx: Transaction, held: Mapping[int, int], actor: int | None, *, worked: bool, notify: bool = True
) -> None:
    """These tasks, by key, hold what their requirements need no more; `worked` is what a try says without a report.

    It comes after all that the act locks of tasks: the log alone is locked later. `notify` is False where the act takes
    the same again.
    """
    known = await needs(tx, held.values())
    await release_some(
        tx, {task: known[requirement] for task, requirement in held.items()}, actor, worked=worked, notify=notify
    )


async def release_some(
    tx: Transaction, held: Mapping[int, Sequence[int]], actor: int | None, *, worked: bool, notify: bool = True
) -> None:
    """As `release`, of some of the resources of these tasks."""
    needed = sorted({key for resources in held.values() for key in resources})
    for row in await q.lock_resources(tx, resource_ids=needed) if needed else []:
        before = Resource.of(row)
        leaving = [task for task, resources in held.items() if before.id in resources]
        after = circuit_breaker.released(before, leaving, row["moment"], worked=worked)
        await _write(tx, actor, before, after, notify=notify)


def known(found: Mapping[str, int | None], references: Sequence[str]) -> tuple[int, ...]:
    """The keys, in their order, of what was found of these names or ids; BAD_INPUT where one isn't there."""
    unknown = next((one for one in references if found[one] is None), None)
    if unknown is not None:
        raise BadInput(
            "resources",
            f"This room has no resource named {unknown}.",
            "Create it with defineResource, or send one that 'room { resources { name } }' lists.",
        )
    return tuple(sorted({key for one in references if (key := found[one]) is not None}))


async def find(tx: Transaction, room_id: int, references: Sequence[str]) -> dict[str, int | None]:
    """The key of each of these names or ids, if it is in the room."""
    keys = [ids.key(ids.RESOURCE, one) if ids.is_of(ids.RESOURCE, one) else None for one in references]
    rows = await q.find_resources(tx, room_id=room_id, references=references, ids=keys) if references else []
    return {row["reference"]: row["id"] for row in rows}


def wait_for(resource: Resource) -> Wait:
    """What a task that needs it waits for."""
    until = circuit_breaker.retry_at(resource)
    if until is not None:
        why = f"its breaker is open until {until:%Y-%m-%d %H:%M:%S} UTC"
    elif resource.probe_task_id is not None:
        why = f"it is being tried by {ids.of(ids.TASK, resource.probe_task_id)}"
    else:
        why = f"{resource.in_use} of {resource.capacity} are in use"
    reason = f"the resource {resource.name} can't be had: {why}"
    return Wait(WaitKind.RESOURCE, reason, resource_id=resource.id, until=until)


async def unavailable(on: Database | Transaction, requirements: Sequence[int]) -> dict[int, list[Resource]]:
    """Of what these requirements need, by their keys, what can't be had now."""
    found: dict[int, list[Resource]] = {}
    for row in await q.resources_of_requirements(on, requirement_ids=requirements):
        if circuit_breaker.free_slots(one := Resource.of(row)) == 0:
            found.setdefault(row["requirement_id"], []).append(one)
    return found


async def of_requirements(database: Database, keys: Sequence[int]) -> dict[int, list[Resource]]:
    """What each requirement needs, by name."""
    rows = await q.resources_of_requirements(database, requirement_ids=keys)
    return grouped(rows, "requirement_id", Resource.of)


async def of_rooms(database: Database, keys: Sequence[int]) -> dict[int, list[Resource]]:
    """The resources of each room, by name."""
    return grouped(await q.resources_of_rooms(database, room_ids=keys), "room_id", Resource.of)


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Resource]:
    """Resources by key."""
    return {row["id"]: Resource.of(row) for row in await q.resources_by_ids(database, resource_ids=keys)}


async def _room(tx: Transaction, caller: Caller, reference: str | None) -> int:
    found = await rooms.find(tx, caller, reference)
    caller.must_work(found.id, reference or found.name)
    return found.id


async def _locked(tx: Transaction, room_id: int, reference: str) -> tuple[Resource, datetime]:
    """The resource of this name or id, locked, and the moment at which it was."""
    name = validation.key("resource", reference)
    key = (await find(tx, room_id, [name]))[name]
    if key is None:
        raise NotFound(reference, "'room { resources { name } }' lists the resources; defineResource creates one.")
    row = (await q.lock_resources(tx, resource_ids=[key]))[0]
    return Resource.of(row), row["moment"]


async def _write(
    tx: Transaction, actor: int | None, before: Resource, after: Resource, *, notify: bool = True
) -> Resource:
    """Save its new state, log it, and notify the owners of tasks that can go on because of it."""
    if after != before:
        await _save(tx, after)
        if any(getattr(after, name) != getattr(before, name) for name in _LOGGED):
            _append_event(tx, actor, after)
        free_now = circuit_breaker.free_slots(after)
        if notify and circuit_breaker.free_slots(before) == 0 and free_now != 0:
            await _notify_startable(
                tx, actor, after, _MOST_NOTIFIED if free_now is None else min(free_now, _MOST_NOTIFIED)
            )
    return after


async def _save(tx: Transaction, resource: Resource) -> None:
    await q.write_resource(
        tx,
        resource_id=resource.id,
        capacity=resource.capacity,
        in_use=resource.in_use,
        breaker=resource.breaker,
        failures=resource.failures,
        failure_threshold=resource.failure_threshold,
        cooldown_seconds=resource.cooldown_seconds,
        opened_at=resource.opened_at,
        last_detail=resource.last_detail,
        probe_task_id=resource.probe_task_id,
    )


def _append_event(tx: Transaction, actor: int | None, resource: Resource) -> None:
    data: dict[str, Any] = {
        "resource": ids.of(ids.RESOURCE, resource.id),
        "name": resource.name,
        "capacity": resource.capacity,
        "breaker": resource.breaker.value,
        "failures": resource.failures,
        "detail": resource.last_detail,
    }
    tx.append_event(resource.room_id, EventKind.RESOURCE_CHANGED, actor=actor, data=data)


async def _notify_startable(tx: Transaction, actor: int | None, resource: Resource, most: int) -> None:
    """Notify the owners of as many tasks as can take it, in claim order; the others go on waiting."""
    for row in await q.startable_with(tx, room_id=resource.room_id, resource_id=resource.id, most=most):
        unblocked_tasks.resource_freed(tx, Startable(**row), resource.name, actor)
