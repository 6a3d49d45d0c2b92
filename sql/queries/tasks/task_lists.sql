-- name: list_tasks_of_rooms(room_ids, after_turns, after_priorities, after_waited_bys, after_times, after_ids, agent_id, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, search, task_order, most)
-- A page for each room. For each order there is a branch that walks an index in that order; those of the other orders are
-- never run. In the order of claims what the caller is to do comes first, from a branch of
-- its own, and of that what it is to go on with. What the text is
-- searched for is looked up once, by index. The other three lists and counts have the same filter.
select asked.position, page.*
  from unnest(:room_ids::bigint[], :after_turns::bigint[], :after_priorities::bigint[],
              :after_waited_bys::bigint[], :after_times::timestamptz[], :after_ids::bigint[])
       with ordinality as asked (room_id, after_turn, after_priority, after_waited_by, after_time, after_id, position)
  join room on room.id = asked.room_id
 cross join lateral (
   with matching as not materialized (
     select t.*
       from task t
      where t.room_id = asked.room_id
        and (:statuses::text[] is null or t.status = any(:statuses::text[]))
        and (:ready::boolean is null or :ready::boolean = (t.ready and not room.paused
                  and t.requirement_id in (select id from available_requirement)))
        and (:stale::boolean is null or :stale::boolean = (t.stale_since is not null))
        and (:assignee_id::bigint is null or t.assignee_id = :assignee_id::bigint)
        and (:reviewer_id::bigint is null or t.reviewer_id = :reviewer_id::bigint)
        and (:labels::text[] is null or t.labels @> :labels::text[])
        and (:priorities::smallint[] is null or t.priority = any(:priorities::smallint[]))
        and (:waiting_for_id::bigint is null
             or t.status not in ('DONE', 'CANCELLED') and exists (
                  select from dependency d join task b on b.id = d.depends_on_id
                   where d.task_id = t.id and d.kind = 'BLOCKS' and b.assignee_id = :waiting_for_id::bigint
                     and b.status not in ('DONE', 'CANCELLED')))
        and (:awaited_by_id::bigint is null
             or t.status not in ('DONE', 'CANCELLED') and exists (
                  select from dependency d join task w on w.id = d.task_id
                   where d.depends_on_id = t.id and d.kind = 'BLOCKS' and w.assignee_id = :awaited_by_id::bigint
                     and w.status not in ('DONE', 'CANCELLED')))
        and (:search::text is null
             or t.id in (
                  select s.id from task s
                   where s.room_id = any(:room_ids::bigint[])
                     and to_tsvector('english', s.title || ' ' || s.description || ' ' || s.notes)
                         @@ websearch_to_tsquery('english', :search::text)
                  union all
                  select c.task_id from comment c
                   where c.room_id = any(:room_ids::bigint[]) and c.task_id is not null
                     and to_tsvector('english', c.body) @@ websearch_to_tsquery('english', :search::text)))
        and (:statuses::text[] is not null or t.finished_at is null or t.objective_id is null
             or not exists (
                  select from objective o
                   where o.id = t.objective_id and o.standing
                     and t.finished_at < now() - make_interval(secs => room.archive_after_seconds)))
   )
   (select m.*
      from matching m
     where :task_order::text = 'CLAIM' and m.assignee_id = :agent_id::bigint and m.status not in ('DONE', 'CANCELLED')
       and (asked.after_turn is null
            or ((m.status <> 'TODO' or m.started_at is null)::integer, m.priority, -m.waited_by, m.created_at, m.id)
               > (asked.after_turn, asked.after_priority, -asked.after_waited_by, asked.after_time, asked.after_id))
     order by m.status <> 'TODO' or m.started_at is null, m.priority, m.waited_by desc, m.created_at, m.id
     limit :most::integer)
   union all
   (select m.*
      from matching m
     where :task_order::text = 'CLAIM'
       and (m.assignee_id is distinct from :agent_id::bigint or m.status in ('DONE', 'CANCELLED'))
       and (asked.after_turn is distinct from 2
            or (m.priority, -m.waited_by, m.created_at, m.id)
               > (asked.after_priority, -asked.after_waited_by, asked.after_time, asked.after_id))
     order by m.priority, m.waited_by desc, m.created_at, m.id
     limit :most::integer)
   union all
   (select m.*
      from matching m
     where :task_order::text = 'CREATED'
       and (m.created_at, m.id) > (coalesce(asked.after_time, '-infinity'), coalesce(asked.after_id, 0))
     order by m.created_at, m.id
     limit :most::integer)
   union all
   (select m.*
      from matching m
     where :task_order::text = 'UPDATED'
       and (m.updated_at, m.id) < (coalesce(asked.after_time, 'infinity'), coalesce(asked.after_id, 0))
     order by m.updated_at desc, m.id desc
     limit :most::integer)
 ) page;

-- name: list_tasks_of_objectives(room_ids, withins, after_turns, after_priorities, after_waited_bys, after_times, after_ids, agent_id, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, search, task_order, most)
-- As list_tasks_of_rooms, of some objectives each, found by their index.
select asked.position, page.*
  from unnest(:room_ids::bigint[], :withins::text[], :after_turns::bigint[], :after_priorities::bigint[],
              :after_waited_bys::bigint[], :after_times::timestamptz[], :after_ids::bigint[])
       with ordinality as asked (room_id, within, after_turn, after_priority, after_waited_by, after_time, after_id, position)
  join room on room.id = asked.room_id
 cross join lateral (
   with matching as not materialized (
     select t.*
       from task t
      where t.objective_id = any(asked.within::bigint[])
        and (:statuses::text[] is null or t.status = any(:statuses::text[]))
        and (:ready::boolean is null or :ready::boolean = (t.ready and not room.paused
                  and t.requirement_id in (select id from available_requirement)))
        and (:stale::boolean is null or :stale::boolean = (t.stale_since is not null))
        and (:assignee_id::bigint is null or t.assignee_id = :assignee_id::bigint)
        and (:reviewer_id::bigint is null or t.reviewer_id = :reviewer_id::bigint)
        and (:labels::text[] is null or t.labels @> :labels::text[])
        and (:priorities::smallint[] is null or t.priority = any(:priorities::smallint[]))
        and (:waiting_for_id::bigint is null
             or t.status not in ('DONE', 'CANCELLED') and exists (
                  select from dependency d join task b on b.id = d.depends_on_id
                   where d.task_id = t.id and d.kind = 'BLOCKS' and b.assignee_id = :waiting_for_id::bigint
                     and b.status not in ('DONE', 'CANCELLED')))
        and (:awaited_by_id::bigint is null
             or t.status not in ('DONE', 'CANCELLED') and exists (
                  select from dependency d join task w on w.id = d.task_id
                   where d.depends_on_id = t.id and d.kind = 'BLOCKS' and w.assignee_id = :awaited_by_id::bigint
                     and w.status not in ('DONE', 'CANCELLED')))
        and (:search::text is null
             or t.id in (
                  select s.id from task s
                   where s.room_id = any(:room_ids::bigint[])
                     and to_tsvector('english', s.title || ' ' || s.description || ' ' || s.notes)
                         @@ websearch_to_tsquery('english', :search::text)
                  union all
                  select c.task_id from comment c
                   where c.room_id = any(:room_ids::bigint[]) and c.task_id is not null
                     and to_tsvector('english', c.body) @@ websearch_to_tsquery('english', :search::text)))
        and (:statuses::text[] is not null or t.finished_at is null or t.objective_id is null
             or not exists (
                  select from objective o
                   where o.id = t.objective_id and o.standing
                     and t.finished_at < now() - make_interval(secs => room.archive_after_seconds)))
   )
   (select m.*
      from matching m
     where :task_order::text = 'CLAIM' and m.assignee_id = :agent_id::bigint and m.status not in ('DONE', 'CANCELLED')
       and (asked.after_turn is null
            or ((m.status <> 'TODO' or m.started_at is null)::integer, m.priority, -m.waited_by, m.created_at, m.id)
               > (asked.after_turn, asked.after_priority, -asked.after_waited_by, asked.after_time, asked.after_id))
     order by m.status <> 'TODO' or m.started_at is null, m.priority, m.waited_by desc, m.created_at, m.id
     limit :most::integer)
   union all
   (select m.*
      from matching m
     where :task_order::text = 'CLAIM'
       and (m.assignee_id is distinct from :agent_id::bigint or m.status in ('DONE', 'CANCELLED'))
       and (asked.after_turn is distinct from 2
            or (m.priority, -m.waited_by, m.created_at, m.id)
               > (asked.after_priority, -asked.after_waited_by, asked.after_time, asked.after_id))
     order by m.priority, m.waited_by desc, m.created_at, m.id
     limit :most::integer)
   union all
   (select m.*
      from matching m
     where :task_order::text = 'CREATED'
       and (asked.after_id is null or (m.created_at, m.id) > (asked.after_time, asked.after_id))
     order by m.created_at, m.id
     limit :most::integer)
   union all
   (select m.*
      from matching m
     where :task_order::text = 'UPDATED'
       and (asked.after_id is null or (m.updated_at, m.id) < (asked.after_time, asked.after_id))
     order by m.updated_at desc, m.id desc
     limit :most::integer)
 ) page;

-- name: count_tasks_of_rooms(room_ids, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, search)
-- The filter of list_tasks_of_rooms, counted.
select asked.position, counted.tasks
  from unnest(:room_ids::bigint[]) with ordinality as asked (room_id, position)
  join room on room.id = asked.room_id
 cross join lateral (
   select count(*) as tasks
     from task t
    where t.room_id = asked.room_id
      and (:statuses::text[] is null or t.status = any(:statuses::text[]))
      and (:ready::boolean is null or :ready::boolean = (t.ready and not room.paused
                  and t.requirement_id in (select id from available_requirement)))
      and (:stale::boolean is null or :stale::boolean = (t.stale_since is not null))
      and (:assignee_id::bigint is null or t.assignee_id = :assignee_id::bigint)
      and (:reviewer_id::bigint is null or t.reviewer_id = :reviewer_id::bigint)
      and (:labels::text[] is null or t.labels @> :labels::text[])
      and (:priorities::smallint[] is null or t.priority = any(:priorities::smallint[]))
      and (:waiting_for_id::bigint is null
           or t.status not in ('DONE', 'CANCELLED') and exists (
                select from dependency d join task b on b.id = d.depends_on_id
                 where d.task_id = t.id and d.kind = 'BLOCKS' and b.assignee_id = :waiting_for_id::bigint
                   and b.status not in ('DONE', 'CANCELLED')))
      and (:awaited_by_id::bigint is null
           or t.status not in ('DONE', 'CANCELLED') and exists (
                select from dependency d join task w on w.id = d.task_id
                 where d.depends_on_id = t.id and d.kind = 'BLOCKS' and w.assignee_id = :awaited_by_id::bigint
                   and w.status not in ('DONE', 'CANCELLED')))
      and (:search::text is null
           or t.id in (
                select s.id from task s
                 where s.room_id = any(:room_ids::bigint[])
                   and to_tsvector('english', s.title || ' ' || s.description || ' ' || s.notes)
                       @@ websearch_to_tsquery('english', :search::text)
                union all
                select c.task_id from comment c
                 where c.room_id = any(:room_ids::bigint[]) and c.task_id is not null
                   and to_tsvector('english', c.body) @@ websearch_to_tsquery('english', :search::text)))
      and (:statuses::text[] is not null or t.finished_at is null or t.objective_id is null
           or not exists (
                select from objective o
                 where o.id = t.objective_id and o.standing
                   and t.finished_at < now() - make_interval(secs => room.archive_after_seconds)))
 ) counted;

-- name: count_tasks_of_objectives(room_ids, withins, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, search)
-- The filter of list_tasks_of_objectives, counted.
select asked.position, counted.tasks
  from unnest(:room_ids::bigint[], :withins::text[]) with ordinality as asked (room_id, within, position)
  join room on room.id = asked.room_id
 cross join lateral (
   select count(*) as tasks
     from task t
    where t.objective_id = any(asked.within::bigint[])
      and (:statuses::text[] is null or t.status = any(:statuses::text[]))
      and (:ready::boolean is null or :ready::boolean = (t.ready and not room.paused
                  and t.requirement_id in (select id from available_requirement)))
      and (:stale::boolean is null or :stale::boolean = (t.stale_since is not null))
      and (:assignee_id::bigint is null or t.assignee_id = :assignee_id::bigint)
      and (:reviewer_id::bigint is null or t.reviewer_id = :reviewer_id::bigint)
      and (:labels::text[] is null or t.labels @> :labels::text[])
      and (:priorities::smallint[] is null or t.priority = any(:priorities::smallint[]))
      and (:waiting_for_id::bigint is null
           or t.status not in ('DONE', 'CANCELLED') and exists (
                select from dependency d join task b on b.id = d.depends_on_id
                 where d.task_id = t.id and d.kind = 'BLOCKS' and b.assignee_id = :waiting_for_id::bigint
                   and b.status not in ('DONE', 'CANCELLED')))
      and (:awaited_by_id::bigint is null
           or t.status not in ('DONE', 'CANCELLED') and exists (
                select from dependency d join task w on w.id = d.task_id
                 where d.depends_on_id = t.id and d.kind = 'BLOCKS' and w.assignee_id = :awaited_by_id::bigint
                   and w.status not in ('DONE', 'CANCELLED')))
      and (:search::text is null
           or t.id in (
                select s.id from task s
                 where s.room_id = any(:room_ids::bigint[])
                   and to_tsvector('english', s.title || ' ' || s.description || ' ' || s.notes)
                       @@ websearch_to_tsquery('english', :search::text)
                union all
                select c.task_id from comment c
                 where c.room_id = any(:room_ids::bigint[]) and c.task_id is not null
                   and to_tsvector('english', c.body) @@ websearch_to_tsquery('english', :search::text)))
      and (:statuses::text[] is not null or t.finished_at is null or t.objective_id is null
           or not exists (
                select from objective o
                 where o.id = t.objective_id and o.standing
                   and t.finished_at < now() - make_interval(secs => room.archive_after_seconds)))
 ) counted;

-- name: offered_tasks(room_id, agent_id, most)
-- What claim_next would take, best first, without taking it.
with covered as (
  select id
    from requirement
   where capabilities <@ (select capabilities from agent where id = :agent_id)
     and resources <@ array(select id from resource where room_id = :room_id and available)
), own as (
  select t.*, (t.started_at is null)::integer as turn
    from task t
   where t.assignee_id = :agent_id and t.room_id = :room_id and t.ready
     and t.requirement_id in (select id from covered)
   order by t.started_at is null, t.priority, t.waited_by desc, t.created_at, t.id
   limit :most::integer
), free as (
  select best.*, 2 as turn
    from covered cross join lateral (
      select t.*
        from task t
       where t.room_id = :room_id and t.requirement_id = covered.id and t.ready and t.assignee_id is null
       order by t.priority, t.waited_by desc, t.created_at, t.id
       limit :most::integer) best
)
select offered.*
  from (select * from own union all select * from free) offered
 where not (select paused from room where id = :room_id)
 order by offered.turn, offered.priority, offered.waited_by desc, offered.created_at, offered.id
 limit :most::integer;

-- name: unfinished_tasks(room_id, within)
select id
  from task
 where room_id = :room_id and status not in ('DONE', 'CANCELLED')
   and (:within::bigint[] is null or objective_id = any(:within::bigint[]))
 order by id;

-- name: finished_among(task_ids)
select id from task where id = any(:task_ids::bigint[]) and status in ('DONE', 'CANCELLED');
