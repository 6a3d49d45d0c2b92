"""Tasks by the hundred thousand, straight into their tables, for those who measure how they are found."""

from db.core.callers import Caller
from db.core.database import Database

_TASKS = """
insert into task (room_id, creator_id, title, description, requirement_id, priority, created_at, updated_at)
select ($1::bigint[])[case when n % 10 = 0 then 1 + n / 10 % cardinality($1) else 1 end],
       $2, 'Task', 'Everybody logs in.', $3, case when n * 4 > $4::bigint * 3 then 3 else n % 3 end,
       now() - make_interval(secs => $4::bigint - n), now() - make_interval(secs => n)
  from generate_series(1, $4::bigint) n
"""
# As the trigger has them, of words that need no parsing. What is late is the last quarter in any order.
_WORDS = """
insert into search_document (letter, id, room_id, position, words)
select 'T', id, room_id, position,
       common || format('module%s:5 py:6', n % 700)::tsvector
       || array_to_tsvector(array_remove(array[
            'word' || n % 20000, 'issue' || n,
            case when n % 10 = 3 then 'tenth' end, case when n % 50 = 3 then 'fiftieth' end,
            case when n % 200 = 3 then 'rare' end, case when n % 1000 = 3 then '登录' end,
            case when n * 4 > $1::bigint * 3 then 'late' end], null))
       || search_scopes('T', room_id, position)
  from (select id, room_id, row_number() over (order by id) as n, nextval('search_position') as position
          from task order by id) t
 cross join (select setweight(search_words('Task'), 'A') || search_words('Everybody logs in.') as common) c
"""
_INDEX = "search_document_by_words"


async def fill(database: Database, caller: Caller, room_ids: list[int], tasks: int) -> None:
    """Make so many, nine in ten of them in the first room. What Postgres knows of the tables it has yet to find out."""
    requirement = await database.fetchval(
        "insert into requirement (capabilities, resources) values ('{}', '{}') on conflict do nothing returning id"
    ) or await database.fetchval("select id from requirement where capabilities = '{}' and resources = '{}'")
    async with database.transaction() as tx:
        await tx.execute("set local statement_timeout = 0")
        # No trigger, and no foreign key is looked up.
        await tx.execute("set local session_replication_role = replica")
        await tx.execute(_TASKS, room_ids, caller.agent_id, requirement, tasks)
        index = await tx.fetchval("select indexdef from pg_indexes where indexname = $1", _INDEX)
        await tx.execute(f"drop index {_INDEX}")
        await tx.execute(_WORDS, tasks)
        await tx.execute(index)
