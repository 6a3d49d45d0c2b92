-- name: recount(task_ids)
-- What these tasks wait for, from scratch, but for their tracks. Answers those that changed between ready and not, the
-- blocked ones that have nothing left to wait for, and those whose words ended before that.
with was as (
  select id from task where id = any(:task_ids::bigint[]) order by id for no key update
), counted as (
  select t.id, t.ready, t.status, t.blocked_reason, t.open_proposals,
         t.reason_ends and not exists (
           select from dependency d join task b on b.id = d.depends_on_id
            where d.task_id = t.id and d.kind = 'BLOCKS' and d.ends_reason and b.status not in ('DONE', 'CANCELLED'))
         as reason_over,
         (select count(*) from dependency d join task b on b.id = d.depends_on_id
           where d.task_id = t.id and d.kind = 'BLOCKS' and b.status not in ('DONE', 'CANCELLED')) as open_dependencies,
         (select count(*) from dependency d join task w on w.id = d.task_id
           where d.depends_on_id = t.id and d.kind = 'BLOCKS' and w.status not in ('DONE', 'CANCELLED')) as waited_by,
         room.require_done_criteria and not exists (select from criterion c where c.task_id = t.id) as for_criteria,
         coalesce(o.in_draft, false) as for_objective,
         coalesce(t.not_before > now(), false) as for_schedule
    from was
    join task t on t.id = was.id
    join room on room.id = t.room_id
    left join objective o on o.id = t.objective_id
), changed as (
  update task
     set open_dependencies = counted.open_dependencies,
         waited_by = counted.waited_by,
         waits_for_criteria = counted.for_criteria,
         waits_for_objective = counted.for_objective,
         waits_for_schedule = counted.for_schedule,
         status = case when resumption.due then 'TODO' else task.status end,
         blocked_reason = case when counted.reason_over then null else task.blocked_reason end,
         reason_ends = task.reason_ends and not counted.reason_over
    from counted cross join lateral (
           select counted.status = 'BLOCKED' and (counted.blocked_reason is null or counted.reason_over)
                  and counted.open_dependencies = 0 and counted.open_proposals = 0 as due) resumption
   where task.id = counted.id
     and (task.open_dependencies, task.waited_by, task.waits_for_criteria, task.waits_for_objective, task.waits_for_schedule)
         is distinct from
         (counted.open_dependencies, counted.waited_by, counted.for_criteria, counted.for_objective, counted.for_schedule)
  returning task.*, counted.ready as was_ready, resumption.due as resumes, counted.reason_over
)
select * from changed where ready <> was_ready or resumes or reason_over order by id;

-- name: settle_track(room_id, objective_id, track)
-- Of a track's unfinished tasks the first may start; answers those that changed between ready and not.
with line as (
  select id, ready,
         row_number() over (order by track_order nulls last, created_at, id) > 1 as waits
    from task
   where room_id = :room_id and coalesce(objective_id, 0) = coalesce(:objective_id::bigint, 0) and track = :track
     and status not in ('DONE', 'CANCELLED')
), changed as (
  update task
     set waits_for_track = line.waits
    from line
   where task.id = line.id and task.waits_for_track <> line.waits
  returning task.*, line.ready as was_ready
)
select * from changed where ready <> was_ready order by id;

-- name: leave_track(task_id)!
-- A task that is on no track any more waits for none.
update task set waits_for_track = false where id = :task_id and waits_for_track;

-- name: shift_dependents(task_id, by)
-- The task ended (by -1) or is open again (by 1), and all that depend on it count one less or more, in one statement.
-- Answers those that changed between ready and not, the blocked ones that have nothing left to wait for, and those whose
-- words ended before that.
with dependent as (
  select t.id, t.ready, t.status, t.open_dependencies, t.open_proposals, t.blocked_reason,
         t.reason_ends and not exists (
           select from dependency other join task b on b.id = other.depends_on_id
            where other.task_id = t.id and other.kind = 'BLOCKS' and other.ends_reason
              and b.status not in ('DONE', 'CANCELLED')) as reason_over
    from dependency d join task t on t.id = d.task_id
   where d.depends_on_id = :task_id and d.kind = 'BLOCKS'
   order by t.id
     for no key update of t
), waiting as (
  select id, ready, reason_over,
         status = 'BLOCKED' and open_dependencies + :by = 0 and open_proposals = 0
         and (blocked_reason is null or reason_over) as resumes
    from dependent
), shifted as (
  update task
     set open_dependencies = open_dependencies + :by,
         status = case when waiting.resumes then 'TODO' else task.status end,
         blocked_reason = case when waiting.reason_over then null else blocked_reason end,
         reason_ends = reason_ends and not waiting.reason_over,
         updated_at = case when waiting.resumes or waiting.reason_over then now() else updated_at end
    from waiting
   where task.id = waiting.id
  returning task.*, waiting.ready as was_ready, waiting.resumes, waiting.reason_over
)
select * from shifted where ready <> was_ready or resumes or reason_over order by id;

-- name: shift_blockers(task_id, by)!
-- What the task depends on is waited for by one task less or more.
with blocker as (
  select t.id
    from dependency d join task t on t.id = d.depends_on_id
   where d.task_id = :task_id and d.kind = 'BLOCKS'
   order by t.id
     for no key update of t
)
update task set waited_by = waited_by + :by from blocker where task.id = blocker.id;

-- name: set_drafts(objective_ids, in_draft)
-- Answers the tasks that changed between ready and not.
with was as (
  select id, ready
    from task
   where objective_id = any(:objective_ids::bigint[]) and waits_for_objective <> :in_draft
     and status not in ('DONE', 'CANCELLED')
   order by id
     for no key update
), changed as (
  update task set waits_for_objective = :in_draft from was where task.id = was.id returning task.*, was.ready as was_ready
)
select * from changed where ready <> was_ready order by id;

-- name: apply_criteria_rule(room_id, required)
-- The room began or ceased to ask for criteria. Answers the tasks that changed between ready and not.
with was as (
  select t.id, t.ready, :required and not exists (select from criterion c where c.task_id = t.id) as waits
    from task t
   where t.room_id = :room_id and t.status not in ('DONE', 'CANCELLED')
   order by t.id
     for no key update
), changed as (
  update task
     set waits_for_criteria = was.waits
    from was
   where task.id = was.id and task.waits_for_criteria <> was.waits
  returning task.*, was.ready as was_ready
)
select * from changed where ready <> was_ready order by id;

-- name: clear_schedules(most)
-- The time of these tasks has come. Rows that an act is changing wait for the next round.
with due as (
  select id, ready
    from task
   where waits_for_schedule and not_before <= now()
   order by not_before, id
   limit :most
     for no key update skip locked
), changed as (
  update task set waits_for_schedule = false from due where task.id = due.id returning task.*, due.ready as was_ready
)
select * from changed order by room_id, id;

-- name: waits_reached_from(task_ids)
-- Every edge over which these tasks wait, directly or through others. BLOCKS and subtasks count whatever their state, for
-- the finished can be opened again; on a track, only what is unfinished stands in line. The null edges are the starts.
with recursive edge (task_id, on_id) as (
  select null::bigint, unnest(:task_ids::bigint[])
  union
  select waiting.id, next.id
    from edge join task waiting on waiting.id = edge.on_id cross join lateral (
      select depends_on_id as id from dependency where task_id = waiting.id and kind = 'BLOCKS'
      union all
      select id from task where parent_id = waiting.id
      union all
      (select ahead.id
         from task ahead
        where waiting.track is not null and waiting.status not in ('DONE', 'CANCELLED')
          and ahead.room_id = waiting.room_id and coalesce(ahead.objective_id, 0) = coalesce(waiting.objective_id, 0)
          and ahead.track = waiting.track and ahead.status not in ('DONE', 'CANCELLED')
          and (ahead.track_order is null, coalesce(ahead.track_order, 0), ahead.created_at, ahead.id)
              < (waiting.track_order is null, coalesce(waiting.track_order, 0), waiting.created_at, waiting.id)
        order by ahead.track_order desc nulls first, ahead.created_at desc, ahead.id desc
        limit 1)
    ) next
)
select task_id, on_id from edge where task_id is not null;

-- name: room_task_ids(room_id)
select id from task where room_id = :room_id order by id;

-- name: room_tracks(room_id)
select distinct objective_id, track
  from task
 where room_id = :room_id and track is not null and status not in ('DONE', 'CANCELLED');

-- name: settle_cleared(task_ids)
-- What an act cleared, in the state in which the act leaves it: what a resource or the pause still holds back is told later.
-- nullable: objective_id, assignee_id
with settled as (
  select t.id, t.ready and not room.paused and t.requirement_id in (select id from available_requirement) as startable
    from task t join room on room.id = t.room_id
   where t.id = any(:task_ids::bigint[])
), marked as (
  update task
     set ready_notice_due = task.ready and not settled.startable
    from settled
   where task.id = settled.id and task.ready_notice_due <> (task.ready and not settled.startable)
)
select t.id, t.title, t.room_id, t.objective_id, t.assignee_id, t.status, settled.startable
  from settled join task t using (id);

-- name: take_ready_notices(room_id, most)
-- Tasks that are due to be told of and can start now, of one room or, with null, of all. Rows that an act is changing wait
-- for the next round.
with due as (
  select t.id
    from task t join room on room.id = t.room_id
   where t.ready_notice_due and t.ready and not room.paused
     and t.requirement_id in (select id from available_requirement)
     and (:room_id::bigint is null or t.room_id = :room_id)
   order by t.id
   limit :most::integer
     for no key update of t skip locked
)
update task set ready_notice_due = false from due where task.id = due.id returning task.id;
