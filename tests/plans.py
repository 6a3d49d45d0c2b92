"""How Postgres carries out our statements: what it plans anew at every call, and which indexes its kept plans read."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from db.core.database import Database
from db.core.records import Room

# Postgres makes five plans for the values that it is given before it makes one for all.
_FIRST_PLANS = 5


async def add_tasks(database: Database, room: Room, count: int) -> None:
    """As many in bulk, by the first agent; some wait, are assigned, are in the first objective, or are done."""
    creator = await database.fetchval("select min(id) from agent")
    for begun in range(0, count, 5_000):
        await database.execute(
            """
            insert into task (room_id, creator_id, title, requirement_id, priority, labels, status, finished_at,
                              waits_for_schedule, assignee_id, objective_id)
            select $1, $2::bigint, 'Task ' || n, requirement.id, n % 4,
                   case when n % 3 = 0 then '{x}' else '{}' end::text[],
                   case when n % 5 = 0 then 'DONE' else 'TODO' end, case when n % 5 = 0 then now() end,
                   n % 7 = 0, case when n % 50 = 0 then $2::bigint end, case when n % 2 = 0 then objective.id end
              from generate_series($3::integer + 1, $4::integer) n,
                   (select min(id) as id from requirement where capabilities = '{}') requirement,
                   (select min(id) as id from objective) objective
            """,
            room.id,
            creator,
            begun,
            min(begun + 5_000, count),
        )


async def add_about_tasks(database: Database) -> None:
    """What grows with tasks: criteria, comments, and what whoever made them is sent."""
    await database.execute(
        """
        insert into event (room_id, seq, kind, actor_id, task_id, data)
        select room_id, 1000000 + id, 'TASK_CREATED', creator_id, id, '{}' from task;
        insert into criterion (task_id, position, text) select id, 1, 'It works' from task where id % 2 = 0;
        insert into comment (room_id, task_id, author_id, kind, body)
        select room_id, id, creator_id, 'NOTE', 'Half of it' from task where id % 2 = 0;
        insert into message (room_id, author_id, to_ids, body)
        select room_id, creator_id, array[creator_id], 'Look' from task where id % 2 = 0;
        insert into inbox_item (agent_id, room_id, kind, summary, task_id)
        select creator_id, room_id, 'TASK_READY', 'Ready', id from task where id % 2 = 0;
        insert into dependency (task_id, depends_on_id, kind, created_by_id)
        select task.id, other.id, 'RELATED', task.creator_id from task join task other on other.id = task.id - 1;
        """
    )


async def planned_anew(database: Database) -> list[str]:
    """Of the statements that ran often on the database's only connection, those that were planned at every call.

    Where tables have just grown, some more plans are made before one is kept: the first were for less than there is.
    """
    rows = await database.fetch(
        "select statement from pg_prepared_statements where custom_plans > $1 and generic_plans = 0 order by 1",
        _FIRST_PLANS,
    )
    return [re.sub(r"\s+", " ", row["statement"]) for row in rows]


async def kept_plan(connection: Any, text: str) -> Mapping[str, Any]:
    """The plan that serves every call of the statement, as the planner makes it now."""
    await connection.execute("set plan_cache_mode = force_generic_plan")
    await connection.execute(f"prepare asked as {text}")
    try:
        given = ", ".join(["null"] * len(set(re.findall(r"\$\d+", text))))
        explained = await connection.fetchval(f"explain (format json) execute asked ({given})")
    finally:
        await connection.execute("deallocate asked")
        await connection.execute("reset plan_cache_mode")
    plan: Mapping[str, Any] = explained[0]["Plan"]
    return plan


def scans(plan: Mapping[str, Any], table: str) -> Iterator[str]:
    """How the plan reads the table: the names of indexes, or the kind of scan where it reads none."""
    # The index that a bitmap is made of stands below it.
    of_index = plan["Node Type"] in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}
    if plan.get("Relation Name") == table or (plan["Node Type"] == "Bitmap Index Scan" and table in plan["Index Name"]):
        if of_index:
            yield plan["Index Name"]
        elif plan["Node Type"] not in {"ModifyTable", "Bitmap Heap Scan"}:
            yield plan["Node Type"]
    for part in plan.get("Plans", ()):
        yield from scans(part, table)
