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

-- name: waits_of_tasks(task_ids)
-- Everything that each unfinished task waits for, in the order in which it is told; of a resource, all its columns.
-- nullable: other_id, title, until, id, room_id, name, capacity, in_use, breaker, failures, failure_threshold, cooldown_seconds, opened_at, last_detail, probe_task_id, available, created_at
with waiting as (
  select t.*, room.paused
    from task t join room on room.id = t.room_id
   where t.id = any(:task_ids::bigint[]) and t.status not in ('DONE', 'CANCELLED')
), wait as (
  select w.id as task_id, 1 as place, 'DEPENDENCY' as kind, b.id as other_id, b.title, null::timestamptz as until,
         b.created_at as age
    from waiting w join dependency d on d.task_id = w.id and d.kind = 'BLOCKS' join task b on b.id = d.depends_on_id
   where w.open_dependencies > 0 and b.status not in ('DONE', 'CANCELLED')
  union all
  -- The unfinished task directly before it on its track.
  select w.id, 2, 'TRACK', ahead.id, ahead.title, null, null
    from waiting w cross join lateral (
      select t.id, t.title
        from task t
       where t.room_id = w.room_id and coalesce(t.objective_id, 0) = coalesce(w.objective_id, 0)
         and t.track = w.track and t.status not in ('DONE', 'CANCELLED')
         and (t.track_order is null, coalesce(t.track_order, 0), t.created_at, t.id)
             < (w.track_order is null, coalesce(w.track_order, 0), w.created_at, w.id)
       order by t.track_order desc nulls first, t.created_at desc, t.id desc
       limit 1) ahead
   where w.track is not null
  union all
  select w.id, 3, 'CRITERIA', null, null, null, null from waiting w where w.status = 'TODO' and w.waits_for_criteria
  union all
  select w.id, 4, 'SCHEDULE', null, null, w.not_before, null
    from waiting w
   where w.status = 'TODO' and w.waits_for_schedule and w.not_before is not null
  union all
  -- The topmost draft among its objective and what is above that.
  select w.id, 5, 'OBJECTIVE', draft.id, draft.title, null, null
    from waiting w cross join lateral (
      with recursive line (id, parent_id, title, status, distance) as (
        select o.id, o.parent_id, o.title, o.status, 0 from objective o where o.id = w.objective_id
        union all
        select o.id, o.parent_id, o.title, o.status, line.distance + 1 from line join objective o on o.id = line.parent_id
      )
      select line.id, line.title from line where line.status = 'DRAFT' order by line.distance desc limit 1) draft
   where w.status = 'TODO' and w.waits_for_objective
  union all
  select w.id, 6, 'PAUSED', null, null, null, null from waiting w where w.status = 'TODO' and w.paused
  union all
  select w.id, 7, 'RESOURCE', held.id, null, null, null
    from waiting w
    join requirement r on r.id = w.requirement_id and r.resources <> '{}'
    join resource held on held.id = any(r.resources) and not held.available
   where w.status = 'TODO'
  union all
  select w.id, 8, 'PROPOSAL', p.id, p.title, p.closes_at, null
    from waiting w join proposal_task l on l.task_id = w.id join proposal p on p.id = l.proposal_id and p.status = 'OPEN'
   where w.open_proposals > 0
  union all
  select w.id, 9, 'REASON', null, w.blocked_reason, null, null
    from waiting w
   where w.status = 'BLOCKED' and w.blocked_reason is not null
  union all
  select w.id, 10, 'SUBTASK', s.id, s.title, null, s.created_at
    from waiting w join task s on s.parent_id = w.id and s.status not in ('DONE', 'CANCELLED')
)
select wait.task_id, wait.kind, wait.other_id, wait.title, wait.until, resource.*
  from wait left join resource on wait.kind = 'RESOURCE' and resource.id = wait.other_id
 order by wait.task_id, wait.place, wait.age, resource.name, wait.other_id;
