-- name: objective_by_id(objective_id)^
select * from objective where id = :objective_id;

-- name: objectives_by_ids(objective_ids)
select * from objective where id = any(:objective_ids::bigint[]);

-- name: objectives_with_those_above(objective_ids)
-- These objectives and all above them, each once. Here and below, each step looks its objectives up by an index: of a tree that
-- grows as it is read the planner expects so much that it would read the whole table in every step.
with recursive line (id) as (
  select unnest(:objective_ids::bigint[])
  union
  select o.parent_id
    from line
   cross join lateral (select * from objective where objective.id = line.id offset 0) o
   where o.parent_id is not null
)
select o.* from line cross join lateral (select * from objective where objective.id = line.id offset 0) o;

-- name: lock_objective(objective_id)^
-- As it is once nobody else is changing it.
select * from objective where id = :objective_id for no key update;

-- name: insert_objective(room_id, parent_id, title, description, in_draft, owner_id, weight, standing, due_at)^
insert into objective (room_id, parent_id, title, description, in_draft, owner_id, weight, standing, due_at, created_at)
values (:room_id, :parent_id, :title, :description, :in_draft, :owner_id, :weight, :standing, :due_at, clock_timestamp())
returning *;

-- name: update_objective(objective_id, title, description, owner_id, weight, standing, due_at)^
update objective
   set title = :title, description = :description, owner_id = :owner_id, weight = :weight, standing = :standing,
       due_at = :due_at, updated_at = now()
 where id = :objective_id
returning *;

-- name: set_objective_status(objective_id, status)^
update objective
   set status = :status, updated_at = now(),
       finished_at = case when :status in ('DONE', 'CANCELLED') then coalesce(finished_at, now()) end
 where id = :objective_id
returning *;

-- name: cancel_objectives(objective_ids)
-- Answers those that were open.
update objective
   set status = 'CANCELLED', finished_at = now(), updated_at = now()
 where id = any(:objective_ids::bigint[]) and status in ('DRAFT', 'ACTIVE')
returning id;

-- name: move_objective(objective_id, parent_id)^
update objective set parent_id = :parent_id, updated_at = now() where id = :objective_id returning *;

-- name: objectives_below(objective_ids)
-- These objectives and all below them, each once.
with recursive below (id) as (
  select unnest(:objective_ids::bigint[])
  union
  select o.id from below cross join lateral (select * from objective where objective.parent_id = below.id offset 0) o
)
select id from below;

-- name: objectives_above(objective_id)
-- From the parent up to the root.
with recursive above (id, parent_id, distance) as (
  select p.id, p.parent_id, 1 from objective o join objective p on p.id = o.parent_id where o.id = :objective_id
  union all
  select p.id, p.parent_id, above.distance + 1
    from above
   cross join lateral (select * from objective where objective.id = above.parent_id offset 0) p
)
select o.*
  from above
 cross join lateral (select * from objective where objective.id = above.id offset 0) o
 order by above.distance;

-- name: ancestors_of(objective_ids)
-- For each asked for, what is above it, from the root down.
with recursive above (asked, id, distance) as (
  select o.id, o.parent_id, 1 from objective o where o.id = any(:objective_ids::bigint[]) and o.parent_id is not null
  union all
  select above.asked, o.parent_id, above.distance + 1
    from above
   cross join lateral (select * from objective where objective.id = above.id offset 0) o
   where o.parent_id is not null
)
select above.asked, o.*
  from above
 cross join lateral (select * from objective where objective.id = above.id offset 0) o
 order by above.asked, above.distance desc;

-- name: settle_drafts(objective_id)
-- Sets for this one and all below it whether they stand in a draft: their own status and what is above decide. Answers
-- those that changed.
with recursive below (id, in_draft) as (
  select o.id, o.status = 'DRAFT' or coalesce(p.in_draft, false)
    from objective o left join objective p on p.id = o.parent_id
   where o.id = :objective_id
  union all
  select o.id, o.status = 'DRAFT' or below.in_draft
    from below
   cross join lateral (select * from objective where objective.parent_id = below.id offset 0) o
)
update objective
   set in_draft = below.in_draft
  from below
 where objective.id = below.id and objective.in_draft <> below.in_draft
returning objective.id, objective.in_draft;

-- name: objectives_up_with_parts(objective_id)
-- From this one up to its root, each with whether it has a part at all, whether tasks or objectives among its parts are open, and
-- whether key results are. A key result with start = target is complete at or beyond it. The lock of the room, which is held,
-- keeps them as they are.
with recursive line (id, distance) as (
  select :objective_id::bigint, 0
  union all
  select o.parent_id, line.distance + 1
    from line
   cross join lateral (select * from objective where objective.id = line.id offset 0) o
   where o.parent_id is not null
)
select o.*,
       exists (select from key_result where objective_id = o.id)
       or exists (select from task where objective_id = o.id and status <> 'CANCELLED')
       or exists (select from objective child where child.parent_id = o.id and child.status <> 'CANCELLED') as has_part,
       exists (select from task where objective_id = o.id and status not in ('DONE', 'CANCELLED'))
       or exists (select from objective child where child.parent_id = o.id and child.status not in ('DONE', 'CANCELLED'))
       as has_open_work,
       exists (select from key_result where objective_id = o.id
                and not case when target >= start then current >= target else current <= target end)
       as has_open_key_result
  from line cross join lateral (select * from objective where objective.id = line.id offset 0) o
 order by line.distance;

-- name: open_in_subtree(objective_ids, most)
-- The ids of open tasks, and of open objectives other than the first, with the letter of their kind.
select letter, id
  from (select 'O' as letter, o.id from objective o
         where o.id = any(:objective_ids::bigint[]) and o.id <> (:objective_ids::bigint[])[1]
           and o.status not in ('DONE', 'CANCELLED')
        union all
        select 'T', t.id from task t
         where t.objective_id = any(:objective_ids::bigint[]) and t.status not in ('DONE', 'CANCELLED')) open
 order by letter, id
 limit :most::integer;

-- name: archive_objectives(objective_ids)
-- Answers those that were not archived before.
update objective set archived_at = now() where id = any(:objective_ids::bigint[]) and archived_at is null returning id;

-- name: bring_back_objectives(objective_ids)
-- Brought back by hand, a finished one stays as long as if it had finished now.
update objective
   set archived_at = null, brought_back_at = now(), updated_at = now()
 where id = any(:objective_ids::bigint[]) and archived_at is not null
returning id;

-- name: rooms_due_for_archive()
-- Those in which an objective has been finished for long enough.
select distinct o.room_id
  from objective o join room r on r.id = o.room_id
 where o.finished_at is not null and o.archived_at is null
   and greatest(o.finished_at, o.brought_back_at) < now() - make_interval(secs => r.archive_after_seconds)
 order by o.room_id;

-- name: due_for_archive(room_id, most)
-- Asked again once the room is locked: another sweeper, or whoever brought one back, may have been first.
select o.id
  from objective o join room r on r.id = o.room_id
 where o.room_id = :room_id and o.finished_at is not null and o.archived_at is null
   and greatest(o.finished_at, o.brought_back_at) < now() - make_interval(secs => r.archive_after_seconds)
 order by o.finished_at, o.id
 limit :most::integer;

-- name: child_objectives(room_ids, parent_ids, archived, most, after_times, after_ids)
-- A page of children for each parent asked for, or of a room's roots where the parent is null.
select asked.position, o.*
  from unnest(:room_ids::bigint[], :parent_ids::bigint[], :after_times::timestamptz[], :after_ids::bigint[])
       with ordinality as asked (room_id, parent_id, after_time, after_id, position)
 cross join lateral (
   select * from objective c
    where c.room_id = asked.room_id and c.parent_id is not distinct from asked.parent_id
      and c.archived_at is null  -- without: archived
      and (asked.after_time is null or (c.created_at, c.id) > (asked.after_time, asked.after_id))
    order by c.created_at, c.id
    limit :most::integer) o
 order by asked.position, o.created_at, o.id;

-- name: count_child_objectives(room_ids, parent_ids, archived)
select asked.position,
       (select count(*) from objective c
         where c.room_id = asked.room_id and c.parent_id is not distinct from asked.parent_id
           and (:archived or c.archived_at is null)) as children
  from unnest(:room_ids::bigint[], :parent_ids::bigint[]) with ordinality as asked (room_id, parent_id, position);

-- name: subtree_rows(objective_ids, depth, archived)
-- Every descendant down to a depth, parents before children.
with recursive below (asked, id, distance) as (
  select o.parent_id, o.id, 1
    from objective o
   where o.parent_id = any(:objective_ids::bigint[]) and (:archived or o.archived_at is null) and :depth::integer > 0
  union all
  select below.asked, o.id, below.distance + 1
    from below cross join lateral (select * from objective where objective.parent_id = below.id offset 0) o
   where below.distance < :depth::integer and (:archived or o.archived_at is null)
)
select below.asked, o.*
  from below cross join lateral (select * from objective where objective.id = below.id offset 0) o
 order by below.asked, below.distance, o.created_at, o.id;

-- name: subtree_keys(objective_ids)
-- For each asked for, itself and all below it.
with recursive below (asked, id) as (
  select root, root from unnest(:objective_ids::bigint[]) root
  union
  select below.asked, o.id
    from below
   cross join lateral (select * from objective where objective.parent_id = below.id offset 0) o
)
select asked, id from below;

-- name: parts_of_trees(objective_ids)
-- What progress and counts are folded from: these objectives and all below them, with the counts of their own tasks. A large
-- tree is mostly leaves: those that were not asked for and have no key results come together where they have the same
-- parent, status and weight, with the sum of their progress. Behind them come the key results. Each level of the trees is
-- read by one index scan, and nothing depends on how many rows the planner expects: a full join is never a nested loop, and
-- what stands in a select list is never made a join.
-- nullable: id, parent_id, status, number, progress, total, todo, ready, doing, blocked, validating, done, cancelled, stale, start, target, current
with recursive asked as materialized (
  select id from unnest(:objective_ids::bigint[]) as a (id)
), level (ids, parents, statuses, weights) as (
  select array_agg(o.id), array_agg(o.parent_id), array_agg(o.status), array_agg(o.weight)
    from objective o
   where o.id = any(array(select id from asked))
  union all
  select below.ids, below.parents, below.statuses, below.weights
    from level
   cross join lateral (
     select array_agg(o.id) as ids, array_agg(o.parent_id) as parents, array_agg(o.status) as statuses,
            array_agg(o.weight) as weights
       from objective o
      where o.parent_id = any(level.ids) and o.id not in (select id from asked)) below
   where below.ids is not null
), tree as materialized (
  select o.*
    from level
   cross join lateral unnest(ids, parents, statuses, weights) as o (id, parent_id, status, weight)
), measured as materialized (
  select objective_id, weight, start, target, current
    from key_result
   where objective_id = any(array(select unnest(ids) from level))
), working as (
  select id
    from room
   where id = any(array(select room_id from objective where id = any(array(select id from asked)))) and not paused
), counted as (
  select t.objective_id as id,
         count(*)::integer as total,
         count(*) filter (where t.status = 'TODO')::integer as todo,
         count(*) filter (
           where t.ready and t.room_id in (select id from working)
             and t.requirement_id in (select id from available_requirement))::integer as ready,
         count(*) filter (where t.status = 'DOING')::integer as doing,
         count(*) filter (where t.status = 'BLOCKED')::integer as blocked,
         count(*) filter (where t.status = 'VALIDATING')::integer as validating,
         count(*) filter (where t.status = 'DONE')::integer as done,
         count(*) filter (where t.status = 'CANCELLED')::integer as cancelled,
         count(*) filter (where t.stale_since is not null)::integer as stale
    from task t
   where t.objective_id = any(array(select unnest(ids) from level))
   group by t.objective_id
), part as (
  select case when tree.id in (select id from asked union all select objective_id from measured
                               union all select distinct parent_id from tree where parent_id is not null) then tree.id end as id,
         tree.parent_id, tree.status, tree.weight, total, todo, ready, doing, blocked, validating, done, cancelled, stale,
         case when tree.status = 'DONE' then 1 when total > cancelled then done / (total - cancelled)::double precision end
           as progress
    from tree full join counted on counted.id = tree.id
)
select id, parent_id, status, weight, count(*) as number, sum(progress) as progress,
       sum(total) as total, sum(todo) as todo, sum(ready) as ready, sum(doing) as doing, sum(blocked) as blocked,
       sum(validating) as validating, sum(done) as done, sum(cancelled) as cancelled, sum(stale) as stale,
       null::double precision as start, null::double precision as target, null::double precision as current
  from part
 group by id, parent_id, status, weight
union all
select objective_id, null, null, weight, null, null, null, null, null, null, null, null, null, null, null,
       start, target, current
  from measured;

-- name: key_results_of(objective_ids)
select * from key_result where objective_id = any(:objective_ids::bigint[]) order by objective_id, id;

-- name: task_counts_of_rooms(room_ids)
-- Each count from an index that holds nothing else: what is being done, what is ready, and what is stale. All tasks, and those
-- that are finished, are counted as it happens, and what is left is TODO. All begins from what was asked: beside few rooms the
-- planner would count in each, and then choose.
select room.id, by_status.*, ready.ready, stale.stale
  from unnest(:room_ids::bigint[]) as asked (room_id)
  join room on room.id = asked.room_id
  join room_log on room_log.room_id = room.id
 cross join lateral (
   select room_log.tasks as total,
          room_log.tasks - room_log.done - room_log.cancelled - coalesce(sum(tasks), 0)::bigint as todo,
          coalesce(sum(tasks) filter (where status = 'DOING'), 0)::bigint as doing,
          coalesce(sum(tasks) filter (where status = 'BLOCKED'), 0)::bigint as blocked,
          coalesce(sum(tasks) filter (where status = 'VALIDATING'), 0)::bigint as validating,
          room_log.done,
          room_log.cancelled
     from (select t.status, count(*) as tasks
             from task t
            where t.room_id = asked.room_id and t.status = any('{DOING,BLOCKED,VALIDATING}')
            group by t.status) counted
 ) by_status
 cross join lateral (
   select coalesce(sum(tasks), 0)::bigint as ready
     from (select t.requirement_id, count(*) as tasks
             from task t
            where t.room_id = asked.room_id and t.ready and t.assignee_id is null
            group by t.requirement_id
           union all
           select t.requirement_id, count(*)
             from task t
            where t.room_id = asked.room_id and t.ready and t.assignee_id is not null
            group by t.requirement_id) asking
     join available_requirement on available_requirement.id = asking.requirement_id
    where not room.paused
 ) ready
 cross join lateral (
   select count(*) as stale from task t where t.room_id = asked.room_id and t.stale_since is not null
 ) stale;
