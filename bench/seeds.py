"""Rows straight into the tables, where making them through the API would take minutes. `doctor` finds them right."""

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from bench.measured_server import MeasuredServer, Team

_REQUIREMENT = """
insert into requirement (capabilities, resources) values ('{}', '{}')
on conflict (capabilities, resources) do update set capabilities = excluded.capabilities returning id
"""
_READY = """
insert into task (room_id, creator_id, title, requirement_id)
select %(room)s, %(creator)s, 'Task ' || n, %(requirement)s from generate_series(1, %(count)s) n
returning id
"""
_HELD = """
insert into task (room_id, creator_id, title, requirement_id, status, assignee_id, fence, started_at, claimed_at,
                  lease_seconds, lease_expires_at)
select %(room)s, %(creator)s, 'Held ' || n, %(requirement)s, 'DOING', agent_id, 1, now(), now(), 86400,
       now() + interval '1 day'
  from unnest(%(agents)s::bigint[]) agent_id cross join generate_series(1, %(count)s) n
returning assignee_id, id
"""
# Of ten tasks the first is held, the second waits for it and the fifth for the second, two are done, and the others are
# ready. What others wait for is claimed first, so a first page has held tasks and waiting ones by turns.
_BOARD = """
with made as (
  insert into task (room_id, creator_id, title, description, labels, priority, requirement_id, status, assignee_id,
                    fence, started_at, claimed_at, lease_seconds, lease_expires_at, finished_at, result,
                    open_dependencies, waited_by, created_at)
  select %(room)s, %(creator)s, 'Task ' || n, 'What there is to do: ' || repeat('something ', 10), '{backend}',
         n / 10 %% 4, %(requirement)s,
         case kind when 0 then 'DOING' when 2 then 'DONE' when 3 then 'DONE' else 'TODO' end,
         case when kind in (0, 2, 3) then (%(agents)s::bigint[])[1 + n / 10 %% cardinality(%(agents)s::bigint[])] end,
         case when kind in (0, 2, 3) then 1 else 0 end,
         case when kind in (0, 2, 3) then now() end,
         case kind when 0 then now() end, case kind when 0 then 86400 end,
         case kind when 0 then now() + interval '1 day' end,
         case when kind in (2, 3) then now() end,
         case when kind in (2, 3) then 'Done.' else '' end,
         (kind in (1, 4))::integer, (kind in (0, 1))::integer, now() - interval '30 days' + n * interval '1 second'
    from generate_series(0, %(count)s - 1) n, lateral (select n %% 10) k (kind)
   order by n
  returning id
)
select array_agg(id order by id) from made
"""
# As the acts count them; a server of an older commit has fewer of these columns, or none.
_KNOWN_COUNTS = """
select column_name from information_schema.columns where table_name = 'room_log' and column_name in ('tasks', 'done')
"""
_COUNTED = """
update room_log
   set {} = (select count(*) from task where task.room_id = room_log.room_id and (task.status = 'DONE' or %(all)s))
 where room_id = %(room)s
"""
_FINISHED = """
insert into task (room_id, creator_id, title, requirement_id, status, assignee_id, fence, started_at, finished_at,
                  result, created_at)
select %(room)s, %(creator)s, 'Finished ' || n, %(requirement)s, 'DONE', %(creator)s, 1, now(), now(), 'Done.',
       now() - interval '60 days' + n * interval '1 second'
  from generate_series(%(begun)s::integer + 1, %(begun)s::integer + %(count)s) n
"""
_NEVER = """
insert into task (room_id, creator_id, title, requirement_id, priority, waited_by)
select %(room)s, %(creator)s, 'Never', %(requirement)s, 3, %(count)s
returning id
"""
_WAITING = """
insert into task (room_id, creator_id, title, requirement_id, priority, open_dependencies)
select %(room)s, %(creator)s, 'Waiting ' || n, %(requirement)s, 0, 1 from generate_series(1, %(count)s) n
returning id
"""
_WAITS = """
insert into dependency (task_id, depends_on_id, kind, created_by_id)
select id, blocker, 'BLOCKS', %(creator)s from unnest(%(waiting)s::bigint[], %(blockers)s::bigint[]) as e (id, blocker)
"""
_LOGGED = """
with counted as (
  update room_log set seq = seq + cardinality(%(tasks)s::bigint[]) where room_id = %(room)s
  returning seq - cardinality(%(tasks)s::bigint[]) as before
)
insert into event (room_id, seq, kind, actor_id, task_id, objective_id, data)
select %(room)s, before + row_number() over (order by id), 'TASK_CREATED', creator_id, id, objective_id,
       jsonb_build_object('title', title, 'priority', 'P' || priority, 'dependsOn', '[]'::jsonb)
  from counted, task where id = any(%(tasks)s)
"""
_OBJECTIVES = """
insert into objective (room_id, parent_id, title)
select %(room)s, (%(parents)s::bigint[])[1 + n %% nullif(cardinality(%(parents)s::bigint[]), 0)], 'Objective ' || n
  from generate_series(0, %(count)s - 1) n
returning id
"""
_ON_LEAVES = """
insert into task (room_id, creator_id, objective_id, title, requirement_id, status, assignee_id, started_at,
                  finished_at)
select %(room)s, %(creator)s, id, 'Task of ' || id, %(requirement)s, case when done then 'DONE' else 'TODO' end,
       case when done then %(creator)s end, case when done then now() end, case when done then now() end
  from unnest(%(leaves)s::bigint[]) id, lateral (select id %% 3 = 0) third (done)
returning id
"""


# In parts that end before statements time out.
_PART = 20_000


@dataclass(frozen=True)
class GoalTree:
    """Ids of its first root and of one of its leaves."""

    root: str
    leaf: str


def ready_tasks(server: MeasuredServer, team: Team, count: int) -> None:
    """See to it that so many tasks of the first room can be claimed."""
    there = _column(
        server,
        "select count(*) from task where room_id = %(room)s and ready and assignee_id is null",
        room=team.rooms[0],
    )[0]
    if there < count:
        _column(server, _READY, **_place(server, team), count=count - there)
        _count_tasks(server, team)
        _settle(server, "task")


def held_tasks(server: MeasuredServer, team: Team, each: int) -> list[list[int]]:
    """So many new tasks for each member, which it holds; their ids."""
    agents = [member.id for member in team.members]
    rows = server.sql.execute(_HELD, _place(server, team) | {"agents": agents, "count": each}).fetchall()
    _count_tasks(server, team)
    _settle(server, "task")
    return [[task for holder, task in rows if holder == agent] for agent in agents]


def board(server: MeasuredServer, team: Team, holders: Team, count: int) -> None:
    """A room in the middle of its work, with the log that made it; the count is a multiple of ten."""
    place = _place(server, team)
    agents = [member.id for member in holders.members]
    tasks: list[int] = _column(server, _BOARD, **place, agents=agents, count=count)[0]
    waits = {"waiting": tasks[1::10] + tasks[4::10], "blockers": tasks[0::10] + tasks[1::10]}
    server.sql.execute(_WAITS, waits | {"creator": place["creator"]})
    server.sql.execute(_LOGGED, {"room": place["room"], "tasks": tasks})
    _count_tasks(server, team)
    _settle(server, "task", "dependency", "event")


def finished_tasks(server: MeasuredServer, team: Team, count: int) -> None:
    """So many more in the first room."""
    place = _place(server, team)
    for begun in range(0, count, _PART):
        server.sql.execute(_FINISHED, place | {"begun": begun, "count": min(_PART, count - begun)})
    _count_tasks(server, team)
    _settle(server, "task")


def waiting_tasks(server: MeasuredServer, team: Team, count: int) -> None:
    """So many in the first room that stand first in the order of claims and wait for one that nobody takes."""
    place = _place(server, team)
    [never] = _column(server, _NEVER, **place, count=count)
    waiting = _column(server, _WAITING, **place, count=count)
    server.sql.execute(_WAITS, {"waiting": waiting, "blockers": [never] * count, "creator": place["creator"]})
    _count_tasks(server, team)
    _settle(server, "task", "dependency")


def goal_tree(server: MeasuredServer, team: Team, count: int) -> GoalTree:
    """Objectives on four levels, 10, 100, 1,000 and the rest of them, with a task on each of the last."""
    place = _place(server, team)
    levels: list[list[int]] = [[]]
    for size in (10, 100, 1_000, max(count - 1_110, 1)):
        levels.append(_column(server, _OBJECTIVES, room=place["room"], parents=levels[-1], count=size))
    leaves = levels[-1]
    tasks = _column(server, _ON_LEAVES, **place, leaves=leaves)
    server.sql.execute(_LOGGED, {"room": place["room"], "tasks": tasks})
    _count_tasks(server, team)
    _settle(server, "task", "objective", "event")
    return GoalTree(f"O{levels[1][0]}", f"O{leaves[0]}")


def _count_tasks(server: MeasuredServer, team: Team) -> None:
    """Put right what the room keeps of how many tasks there are: those of the others have not changed."""
    for column in _column(server, _KNOWN_COUNTS):
        given = {"room": team.rooms[0], "all": column == "tasks"}
        server.sql.execute(sql.SQL(_COUNTED).format(sql.Identifier(column)), given)


def _place(server: MeasuredServer, team: Team) -> dict[str, Any]:
    """Where new tasks go, who makes them, and what they ask for, which is nothing."""
    requirement = _column(server, _REQUIREMENT)[0]
    return {"room": team.rooms[0], "creator": team.members[0].id, "requirement": requirement}


def _column(server: MeasuredServer, statement: str, **values: object) -> list[Any]:
    return [row[0] for row in server.sql.execute(statement, values).fetchall()]


def _settle(server: MeasuredServer, *tables: str) -> None:
    """As autovacuum does it by and by; and no checkpoint falls into what is measured."""
    for table in tables:
        server.sql.execute(sql.SQL("vacuum (analyze) {}").format(sql.Identifier(table)))
    server.sql.execute("checkpoint")
