-- name: list_tasks(room_id, agent_id, within, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, search, task_order, after_turn, after_priority, after_waited_by, after_time, after_id, most)
-- One filter, and for each order a branch that walks an index in that order; the branches of the other orders are never
-- run. In the order of claims the callers own tasks come first, from a branch of their own.
with matching as not materialized (
  select t.*
    from task t
   where t.room_id = :room_id
     and (:within::bigint[] is null or t.objective_id = any(:within::bigint[]))
     and (:statuses::text[] is null or t.status = any(:statuses::text[]))
     and (:ready::boolean is null
          or :ready::boolean = (t.ready and not (select paused from room where id = :room_id)))
     and (:stale::boolean is null
          or :stale::boolean = (t.status = 'DOING' and (t.quiet_until is null or t.quiet_until < now())
               and greatest(t.claimed_at, t.last_progress_at)
                   + make_interval(secs => (select stale_after_seconds from room where id = :room_id)) < now()))
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
          or to_tsvector('english', t.title || ' ' || t.description || ' ' || t.notes)
             @@ websearch_to_tsquery('english', :search::text)
          or t.id in (select c.task_id from comment c
                       where c.room_id = :room_id
                         and to_tsvector('english', c.body) @@ websearch_to_tsquery('english', :search::text)))
     and (:statuses::text[] is not null or t.finished_at is null or t.objective_id is null
          or not exists (
               select from objective o join room r on r.id = o.room_id
                where o.id = t.objective_id and o.standing
                  and t.finished_at < now() - make_interval(secs => r.archive_after_seconds)))
)
(select 0 as turn, m.*
   from matching m
  where :task_order::text = 'CLAIM' and m.assignee_id = :agent_id::bigint
    and (:after_id::bigint is null
         or (0, m.priority, -m.waited_by, m.created_at, m.id)
            > (:after_turn::integer, :after_priority::smallint, -:after_waited_by::integer, :after_time::timestamptz,
               :after_id::bigint))
  order by m.priority, m.waited_by desc, m.created_at, m.id
  limit :most::integer)
union all
(select 1 as turn, m.*
   from matching m
  where :task_order::text = 'CLAIM' and m.assignee_id is distinct from :agent_id::bigint
    and (:after_id::bigint is null
         or (1, m.priority, -m.waited_by, m.created_at, m.id)
            > (:after_turn::integer, :after_priority::smallint, -:after_waited_by::integer, :after_time::timestamptz,
               :after_id::bigint))
  order by m.priority, m.waited_by desc, m.created_at, m.id
  limit :most::integer)
union all
(select 1 as turn, m.*
   from matching m
  where :task_order::text = 'CREATED'
    and (:after_id::bigint is null or (m.created_at, m.id) > (:after_time::timestamptz, :after_id::bigint))
  order by m.created_at, m.id
  limit :most::integer)
union all
(select 1 as turn, m.*
   from matching m
  where :task_order::text = 'UPDATED'
    and (:after_id::bigint is null or (m.updated_at, m.id) < (:after_time::timestamptz, :after_id::bigint))
  order by m.updated_at desc, m.id desc
  limit :most::integer);

-- name: count_tasks(room_id, within, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, search)$
-- The filter of list_tasks, counted.
select count(*)
  from task t
 where t.room_id = :room_id
   and (:within::bigint[] is null or t.objective_id = any(:within::bigint[]))
   and (:statuses::text[] is null or t.status = any(:statuses::text[]))
   and (:ready::boolean is null
        or :ready::boolean = (t.ready and not (select paused from room where id = :room_id)))
   and (:stale::boolean is null
        or :stale::boolean = (t.status = 'DOING' and (t.quiet_until is null or t.quiet_until < now())
             and greatest(t.claimed_at, t.last_progress_at)
                 + make_interval(secs => (select stale_after_seconds from room where id = :room_id)) < now()))
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
        or to_tsvector('english', t.title || ' ' || t.description || ' ' || t.notes)
           @@ websearch_to_tsquery('english', :search::text)
        or t.id in (select c.task_id from comment c
                     where c.room_id = :room_id
                       and to_tsvector('english', c.body) @@ websearch_to_tsquery('english', :search::text)))
   and (:statuses::text[] is not null or t.finished_at is null or t.objective_id is null
        or not exists (
             select from objective o join room r on r.id = o.room_id
              where o.id = t.objective_id and o.standing
                and t.finished_at < now() - make_interval(secs => r.archive_after_seconds)));

-- name: offered_tasks(room_id, agent_id, most)
-- What claim_next would take, best first, without taking it.
with covered as (
  select id from capability_set where capabilities <@ (select capabilities from agent where id = :agent_id)
), own as (
  select t.*, 0 as turn
    from task t
   where t.assignee_id = :agent_id and t.room_id = :room_id and t.ready
     and t.capability_set_id in (select id from covered)
   order by t.priority, t.waited_by desc, t.created_at, t.id
   limit :most::integer
), free as (
  select best.*, 1 as turn
    from covered cross join lateral (
      select t.*
        from task t
       where t.room_id = :room_id and t.capability_set_id = covered.id and t.ready and t.assignee_id is null
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
