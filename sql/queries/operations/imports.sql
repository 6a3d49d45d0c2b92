-- name: imported_tasks(room_id, source)
-- The tasks of the room that came from a source, by the id that they have there. Before that was remembered, beads alone was
-- read, and labels said it: the oldest, should one be there twice. What was cancelled takes no more parts.
-- nullable: objective_id
select distinct on (ref) ref, id, objective_id, open
  from (select found.ref, found.remembered, task.id, task.status not in ('DONE', 'CANCELLED') as open,
               case when objective.status <> 'CANCELLED' then objective.id end as objective_id
          from (select ref, true as remembered, task_id
                  from imported where room_id = :room_id and source = :source and task_id is not null
                union all
                select substr(label, 7), false, task.id
                  from task cross join unnest(labels) as label
                 where :source = 'beads' and room_id = :room_id and starts_with(label, 'beads' || chr(58))
                   and length(label) > 6
                   and not exists (select from imported i where i.task_id = task.id and i.source = :source)) found
          join task on task.id = found.task_id
          left join objective on objective.id = task.objective_id) known
 order by ref, remembered desc, id;

-- name: imported_objectives(room_id, source)
-- Likewise objectives, which said it on the last line of their description.
select distinct on (ref) ref, id, in_draft, status = 'CANCELLED' as cancelled
  from (select i.ref, true as remembered, o.id, o.in_draft, o.status
          from imported i join objective o on o.id = i.objective_id
         where i.room_id = :room_id and i.source = :source
        union all
        select substring(description from '(?n)^beads\u003A(\S(.*\S)?)\s*\Z'), false, id, in_draft, status
          from objective
         where :source = 'beads' and room_id = :room_id
           and not exists (select from imported i where i.objective_id = objective.id and i.source = :source)) known
 where ref is not null
 order by ref, remembered desc, id;

-- name: remember_imported(room_id, source, rows)!
-- What there is of it now.
insert into imported (room_id, source, ref, task_id, objective_id, placed)
select :room_id, :source, r.ref, r.task_id, r.objective_id, r.placed
  from jsonb_to_recordset(:rows::jsonb) as r (ref text, task_id bigint, objective_id bigint, placed jsonb)
on conflict (room_id, source, ref)
do update set task_id = excluded.task_id, objective_id = excluded.objective_id, placed = excluded.placed;

-- name: lock_imported_tasks(task_ids)!
-- In the order of their ids, as acts lock tasks: nobody changes them while the file is compared with them.
select id from task where id = any(:task_ids::bigint[]) order by id for no key update;

-- name: imported_task_values(task_ids)
-- All that an import compares of these tasks.
-- nullable: assignee, objective_id, parent_id
select task.id, objective_id, task.parent_id, title, task.description, status, result, blocked_reason, priority, labels, notes, estimate_minutes, not_before,
       due_at, agent.name as assignee,
       array(select text from criterion where task_id = task.id order by position, id) as criteria,
       array(select met from criterion where task_id = task.id order by position, id) as met
  from task left join agent on agent.id = task.assignee_id
 where task.id = any(:task_ids::bigint[]);

-- name: imported_objective_values(objective_ids)
-- Likewise of objectives, whose room is locked. The status of one with parts follows from them, and one that stands is never
-- done.
-- nullable: owner, parent_id
select o.id, o.parent_id, title, o.description, status, due_at, agent.name as owner,
       standing or exists (select from task where objective_id = o.id)
       or exists (select from objective where parent_id = o.id) as keeps_status
  from objective o left join agent on agent.id = o.owner_id
 where o.id = any(:objective_ids::bigint[]);

-- name: room_objective_parents(room_id)
-- Of the objectives that are below another.
-- not null: parent_id
select id, parent_id from objective where room_id = :room_id and parent_id is not null;

-- name: imported_memories(room_id, source, refs)
-- What was placed of these issues.
select ref, placed from imported where room_id = :room_id and source = :source and ref = any(:refs::text[]);

-- name: change_imported_tasks(changes)
-- Each row as it was, but for what stands in its changes.
update task
   set (title, description, priority, labels, notes, estimate_minutes, not_before, due_at, assignee_id, status, result,
        blocked_reason, attempts, reason_ends, reason_stands, ready_notice_due, objective_id, parent_id, finished_at,
        updated_at)
       = (select p.title, p.description, p.priority, p.labels, p.notes, p.estimate_minutes, p.not_before, p.due_at,
                 p.assignee_id, p.status, p.result, p.blocked_reason, p.attempts, p.reason_ends, p.reason_stands,
                 p.ready_notice_due, p.objective_id, p.parent_id, case when p.status in ('DONE', 'CANCELLED') then coalesce(p.finished_at, now()) end,
                 now()
            from jsonb_populate_record(task, c.changes) p)
  from jsonb_to_recordset(:changes::jsonb) as c (id bigint, changes jsonb)
 where task.id = c.id
returning task.*;

-- name: move_subtasks(task_ids, froms, tos)
-- Below these tasks all that was in the same objective goes with them into the other one.
with recursive below (id, from_id, to_id) as (
  select t.id, m.from_id, m.to_id
    from unnest(:task_ids::bigint[], :froms::bigint[], :tos::bigint[]) as m (id, from_id, to_id)
    join task t on t.parent_id = m.id and t.objective_id is not distinct from m.from_id
  union
  select t.id, below.from_id, below.to_id
    from below join task t on t.parent_id = below.id and t.objective_id is not distinct from below.from_id
)
update task set objective_id = below.to_id, updated_at = now()
  from below
 where task.id = below.id and task.objective_id is distinct from below.to_id
returning task.*;

-- name: change_imported_objectives(changes)!
-- Likewise.
update objective o
   set (title, description, owner_id, due_at, updated_at)
       = (select p.title, p.description, p.owner_id, p.due_at, now() from jsonb_populate_record(o, c.changes) p)
  from jsonb_to_recordset(:changes::jsonb) as c (id bigint, changes jsonb)
 where o.id = c.id;

-- name: delete_criteria_of(task_ids)!
delete from criterion where task_id = any(:task_ids::bigint[]);

-- name: remove_dependencies(task_ids, depends_on_ids, kinds)
-- Answers those that there were.
delete from dependency d
 using unnest(:task_ids::bigint[], :depends_on_ids::bigint[], :kinds::text[]) as r (task_id, depends_on_id, kind)
 where (d.task_id, d.depends_on_id, d.kind) = (r.task_id, r.depends_on_id, r.kind)
returning d.task_id, d.depends_on_id, d.kind;

-- name: tasks_within(objective_ids)
-- The tasks now in each of these objectives and all below it.
with recursive below (top, id) as (
  select o.id, o.id from unnest(:objective_ids::bigint[]) as o (id)
  union
  select below.top, o.id from below join objective o on o.parent_id = below.id
)
select below.top as objective_id, task.id as task_id, task.status not in ('DONE', 'CANCELLED') as open
  from below join task on task.objective_id = below.id
 order by below.top, task.id;

-- name: reserve_objective_ids(most)
-- So that a tree can be written in one go, each part naming its parent.
select nextval(pg_get_serial_sequence('objective', 'id')) as id from generate_series(1, :most::integer);

-- name: reserve_task_ids(most)
select nextval(pg_get_serial_sequence('task', 'id')) as id from generate_series(1, :most::integer);

-- name: analyze_imported()!
-- Autovacuum that comes in the middle of an import sees none of its rows. Postgres then takes the tables for empty, and
-- what is recomputed over all of them takes minutes. Who analyzes one of them already isn't waited for.
analyze (skip_locked) objective, task, criterion, dependency;

-- name: import_agents(names, kind)
-- Answers those that are new.
insert into agent (name, kind)
select name, :kind from unnest(:names::text[]) as given (name) order by name
on conflict on constraint an_agent_name_is_unique do nothing
returning id;

-- name: agents_by_names(names)
select * from agent where name = any(:names::text[]) order by name;

-- name: import_members(room_id, agent_ids)
-- Answers those that weren't in the room before.
insert into room_member (room_id, agent_id)
select :room_id, agent_id from unnest(:agent_ids::bigint[]) as given (agent_id) order by agent_id
on conflict do nothing
returning agent_id;

-- name: import_objectives(room_id, objectives)!
-- What came without a time of its own is of this moment.
insert into objective (id, room_id, parent_id, title, description, status, in_draft, owner_id, due_at, created_at, updated_at,
                       finished_at)
select o.id, :room_id, o.parent_id, o.title, o.description, o.status, o.in_draft, o.owner_id, o.due_at,
       coalesce(o.created_at, now()), coalesce(o.updated_at, o.created_at, now()),
       case when o.status in ('DONE', 'CANCELLED') then coalesce(o.finished_at, now()) end
  from jsonb_to_recordset(:objectives::jsonb) as o (
         id bigint, parent_id bigint, title text, description text, status text, in_draft boolean, owner_id bigint,
         due_at timestamptz, created_at timestamptz, updated_at timestamptz, finished_at timestamptz);

-- name: import_tasks(room_id, requirement_id, tasks)!
insert into task (id, room_id, objective_id, parent_id, title, description, status, priority, labels, requirement_id,
                  creator_id, assignee_id, notes, result, blocked_reason, estimate_minutes, not_before, due_at,
                  created_at, updated_at, started_at, finished_at)
select t.id, :room_id, t.objective_id, t.parent_id, t.title, t.description, t.status, t.priority, t.labels,
       :requirement_id, t.creator_id, t.assignee_id, t.notes, t.result, t.blocked_reason, t.estimate_minutes,
       t.not_before, t.due_at, coalesce(t.created_at, now()), coalesce(t.updated_at, t.created_at, now()), t.started_at,
       case when t.status in ('DONE', 'CANCELLED') then coalesce(t.finished_at, now()) end
  from jsonb_to_recordset(:tasks::jsonb) as t (
         id bigint, objective_id bigint, parent_id bigint, title text, description text, status text, priority smallint,
         labels text[], creator_id bigint, assignee_id bigint, notes text, result text, blocked_reason text,
         estimate_minutes integer, not_before timestamptz, due_at timestamptz, created_at timestamptz,
         updated_at timestamptz, started_at timestamptz, finished_at timestamptz);

-- name: import_criteria(task_ids, positions, texts, met)!
insert into criterion (task_id, position, text, met)
select * from unnest(:task_ids::bigint[], :positions::integer[], :texts::text[], :met::boolean[]);

-- name: import_dependencies(task_ids, depends_on_ids, kinds, created_by_ids, created_at)
-- Answers those that were not there.
insert into dependency (task_id, depends_on_id, kind, created_by_id, created_at)
select e.task_id, e.depends_on_id, e.kind, e.created_by_id, coalesce(e.created_at, now())
  from unnest(:task_ids::bigint[], :depends_on_ids::bigint[], :kinds::text[], :created_by_ids::bigint[],
              :created_at::timestamptz[])
       as e (task_id, depends_on_id, kind, created_by_id, created_at)
on conflict do nothing
returning task_id, depends_on_id, kind;

-- name: import_comments(room_id, kind, comments)
-- In the order given.
insert into comment (room_id, task_id, objective_id, author_id, kind, body, created_at)
select :room_id, c.task_id, c.objective_id, c.author_id, :kind, c.body, coalesce(c.created_at, now())
  from rows from (jsonb_to_recordset(:comments::jsonb) as (
         task_id bigint, objective_id bigint, author_id bigint, body text, created_at timestamptz)) with ordinality as c
 order by c.ordinality
returning id, task_id, objective_id;
