"""How Postgres carries out our statements: what it plans anew at every call, and which indexes its kept plans read."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from db.core.database import Database

# Postgres makes five plans for the values that it is given before it makes one for all.
_FIRST_PLANS = 5


async def planned_anew(database: Database) -> list[str]:
    """Of the statements that ran often on the database's only connection, those that were planned at every call."""
    rows = await database.fetch(
        "select statement from pg_prepared_statements where custom_plans > $1 order by 1", _FIRST_PLANS
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
