"""Where the real file is, or else our own, and what must hold of any room that was made of one."""

from pathlib import Path

from db.core.database import Database

OWN = Path(__file__).parents[2] / "data" / "garden.jsonl"
_REAL = Path(__file__).parents[4] / "shared" / "data" / "beads-issues.jsonl"
BEST = _REAL if _REAL.exists() else OWN

# From the edges alone: a room without gates, drafts, tracks and schedules.
_DRIFT = """
select t.id from task t
 where (t.open_dependencies, t.waited_by, t.ready) is distinct from (
   (select count(*) from dependency d join task b on b.id = d.depends_on_id
     where d.kind = 'BLOCKS' and d.task_id = t.id and b.status not in ('DONE', 'CANCELLED')),
   (select count(*) from dependency d join task w on w.id = d.task_id
     where d.kind = 'BLOCKS' and d.depends_on_id = t.id and w.status not in ('DONE', 'CANCELLED')),
   t.status = 'TODO' and not exists (
     select from dependency d join task b on b.id = d.depends_on_id
      where d.kind = 'BLOCKS' and d.task_id = t.id and b.status not in ('DONE', 'CANCELLED')))
"""

# An objective is done exactly where it has a part and all are complete; one without parts may be either.
_WRONG_OBJECTIVES = """
with part (objective_id, finished) as (
  select objective_id, status in ('DONE', 'CANCELLED') from task where objective_id is not null
  union all
  select parent_id, status in ('DONE', 'CANCELLED') from objective where parent_id is not null
)
select o.id from objective o join part on part.objective_id = o.id
 group by o.id having (o.status = 'DONE') <> bool_and(part.finished)
"""

_TABLES = (
    *("room", "agent", "room_member", "objective", "task", "criterion", "dependency", "comment"),
    *("imported", "event"),
)


async def check_follows_from_edges(database: Database) -> None:
    """Stored readiness and the state of the goal tree have no drift."""
    assert await database.fetch(_DRIFT) == []
    assert await database.fetch(_WRONG_OBJECTIVES) == []


async def contents(database: Database) -> dict[str, list[str]]:
    """Every row of every table that an import writes."""
    return {
        table: [row["row"] for row in await database.fetch(f"select {table}::text as row from {table} order by 1")]  # noqa: S608  # our own tables
        for table in _TABLES
    }
