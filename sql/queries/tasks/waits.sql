-- name: open_blockers(task_ids)
select d.task_id, b.id, b.title
  from dependency d join task b on b.id = d.depends_on_id
 where d.task_id = any(:task_ids::bigint[]) and d.kind = 'BLOCKS' and b.status not in ('DONE', 'CANCELLED')
 order by d.task_id, b.created_at, b.id;

-- name: unfinished_subtasks(task_ids)
select parent_id as task_id, id, title
  from task
 where parent_id = any(:task_ids::bigint[]) and status not in ('DONE', 'CANCELLED')
 order by parent_id, created_at, id;

-- name: ahead_on_tracks(task_ids)
-- The unfinished task directly before each on its track.
select waiting.id as task_id, ahead.id, ahead.title, ahead.track
  from task waiting cross join lateral (
    select t.id, t.title, t.track
      from task t
     where t.room_id = waiting.room_id and coalesce(t.objective_id, 0) = coalesce(waiting.objective_id, 0)
       and t.track = waiting.track and t.status not in ('DONE', 'CANCELLED')
       and (t.track_order is null, coalesce(t.track_order, 0), t.created_at, t.id)
           < (waiting.track_order is null, coalesce(waiting.track_order, 0), waiting.created_at, waiting.id)
     order by t.track_order desc nulls first, t.created_at desc, t.id desc
     limit 1) ahead
 where waiting.id = any(:task_ids::bigint[]) and waiting.track is not null;

-- name: open_proposals_of(task_ids)
select l.task_id, p.id, p.title, p.closes_at
  from proposal_task l join proposal p on p.id = l.proposal_id
 where l.task_id = any(:task_ids::bigint[]) and p.status = 'OPEN'
 order by l.task_id, p.id;

-- name: drafts_above(objective_ids)
-- The topmost draft among each of these objectives and what is above it.
with recursive line (asked, id, parent_id, distance) as (
  select id, id, parent_id, 0 from objective where id = any(:objective_ids::bigint[])
  union all
  select line.asked, o.id, o.parent_id, line.distance + 1 from line join objective o on o.id = line.parent_id
)
select distinct on (line.asked) line.asked, o.id, o.title
  from line join objective o on o.id = line.id
 where o.status = 'DRAFT'
 order by line.asked, line.distance desc;
