-- name: claim_next(room_id, agent_id, objectives, labels, session_id, lease_seconds, most, look)
-- The whole claim in one statement: look along the index of ready tasks, in the ranges of the requirements that the agent
-- covers and the room can meet; lock the best that nobody else is taking, then the resources that they need; take those
-- that find a place at each; log it last. What is assigned to the agent comes first, and of that what was begun before and
-- came back. The WHERE of picked repeats the rule, for what was looked at may have changed by the time it is locked.
with covered as (
  select id, resources
    from requirement
   where capabilities <@ (select capabilities from agent where id = :agent_id)
     and resources <@ array(select id from resource where room_id = :room_id and available)
), own as (
  select t.id, (t.started_at is null)::integer as turn, t.priority, t.waited_by, t.created_at
    from task t
   where t.assignee_id = :agent_id and t.room_id = :room_id and t.ready
     and t.requirement_id in (select id from covered)
     and t.objective_id = any(:objectives::bigint[])  -- given: objectives
     and t.labels @> :labels::text[]  -- given: labels
   order by t.started_at is null,
   -- include: claim_order
   limit :look::integer
), free as (
  select best.id, 2 as turn, best.priority, best.waited_by, best.created_at
    from covered cross join lateral (
      select t.id, t.priority, t.waited_by, t.created_at
        from task t
       where t.room_id = :room_id and t.requirement_id = covered.id and t.ready and t.assignee_id is null
         and t.objective_id = any(:objectives::bigint[])  -- given: objectives
         and t.labels @> :labels::text[]  -- given: labels
       order by
       -- include: claim_order
       limit :look::integer
    ) best
), candidate as (
  select * from own union all select * from free
   order by turn,
   -- include: claim_order
   limit :look::integer
), picked as (
  select t.id, c.turn, c.priority, c.waited_by, c.created_at, covered.resources
    from candidate c join task t on t.id = c.id join covered on covered.id = t.requirement_id
   where t.ready and (t.assignee_id is null or t.assignee_id = :agent_id)
     and not (select paused from room where id = :room_id)
   order by c.turn,
   -- include: claim_order
   limit :most::integer
     for no key update of t skip locked
), needed as (
  select p.id as task_id, need.resource_id,
         row_number() over (
           partition by need.resource_id order by p.turn,
           -- include: claim_order
           ) as place
    from picked p cross join unnest(p.resources) as need (resource_id)
), locked as (
  select id, available, case breaker when 'HALF_OPEN' then 1 else capacity - in_use end as places
    from resource
   where id = any(array(select resource_id from needed))
   order by id
     for no key update
), fitting as (
  select *
    from picked
   where id not in (
           select needed.task_id
             from needed join locked on locked.id = needed.resource_id
            where not locked.available or needed.place > locked.places)
), held as (
  update resource
     set in_use = in_use + use.tasks, probe_task_id = case breaker when 'HALF_OPEN' then use.first_task_id end
    from (select needed.resource_id, count(*) as tasks, min(needed.task_id) as first_task_id
            from needed join fitting on fitting.id = needed.task_id
           group by needed.resource_id) use
   where resource.id = use.resource_id
), claimed as (
  update task
     set status = 'DOING', assignee_id = :agent_id, fence = fence + 1, session_id = :session_id,
         claimed_at = clock_timestamp(), lease_seconds = :lease_seconds::integer,
         lease_expires_at = clock_timestamp() + make_interval(secs => :lease_seconds::integer),
         quiet_until = null, stale_since = null, ready_notice_due = false,
         started_at = coalesce(started_at, clock_timestamp()), updated_at = clock_timestamp()
    from fitting
   where task.id = fitting.id
  returning task.*, fitting.turn
), counted as (
  update room_log
     set seq = room_log.seq + taken.tasks
    from (select count(*) as tasks from claimed) taken
   where room_log.room_id = :room_id and taken.tasks > 0
  returning room_log.seq - taken.tasks as before
), logged as (
  insert into event (room_id, seq, kind, actor_id, task_id, objective_id, data)
  select :room_id,
         counted.before + row_number() over (order by c.turn,
         -- include: claim_order
         ),
         'TASK_CLAIMED', :agent_id, c.id, c.objective_id,
         jsonb_build_object('fence', c.fence, 'expiresAt', c.lease_expires_at)
    from claimed c, counted
  returning seq
)
select claimed.*, (select max(seq) from logged) as log_end
  from claimed
 order by turn,
 -- include: claim_order
 ;

-- name: candidates_left(room_id, agent_id, objectives, labels)$
-- Whether there is anything at all that claim_next could look at, taken or not.
select exists (
  select from task t
   where t.room_id = :room_id and t.ready and (t.assignee_id is null or t.assignee_id = :agent_id)
     and t.requirement_id in (
           select id from requirement
            where capabilities <@ (select capabilities from agent where id = :agent_id)
              and resources <@ array(select id from resource where room_id = :room_id and available))
     and t.objective_id = any(:objectives::bigint[])  -- given: objectives
     and t.labels @> :labels::text[]  -- given: labels
     );

-- name: claim_task(task_id, agent_id, session_id, lease_seconds)^
-- The WHERE repeats the rule, so that no caller can claim a task twice.
update task
   set status = 'DOING', assignee_id = :agent_id, fence = fence + 1, session_id = :session_id,
       claimed_at = clock_timestamp(), lease_seconds = :lease_seconds::integer,
       lease_expires_at = clock_timestamp() + make_interval(secs => :lease_seconds::integer),
       quiet_until = null, stale_since = null, ready_notice_due = false,
       started_at = coalesce(started_at, clock_timestamp()), updated_at = clock_timestamp()
 where id = :task_id and ready and (assignee_id is null or assignee_id = :agent_id)
returning *;

-- name: renew_lease(task_id, lease_seconds, quiet_seconds)^
-- Touches no indexed column, so that it stays a HOT update: renewals are the most frequent write of all.
update task
   set lease_seconds = coalesce(:lease_seconds::integer, lease_seconds),
       quiet_until = case when :quiet_seconds::integer is null then quiet_until
                          else clock_timestamp() + make_interval(secs => :quiet_seconds::integer) end,
       stale_since = case when :quiet_seconds::integer is null then stale_since end,
       lease_expires_at = greatest(
         case when :lease_seconds::integer is null then lease_expires_at end,
         clock_timestamp() + make_interval(secs => coalesce(:lease_seconds::integer, lease_seconds)),
         clock_timestamp() + make_interval(secs => coalesce(:quiet_seconds::integer, 0)),
         quiet_until)
 where id = :task_id and status = 'DOING'
returning *;

-- name: note_progress(task_id)!
update task set last_progress_at = clock_timestamp(), stale_since = null where id = :task_id;

-- name: release_task(task_id)^
-- What a proposal blocked stays so, whoever owned it.
update task
   set status = case when reason_stands then 'BLOCKED' else 'TODO' end, assignee_id = null, session_id = null,
       claimed_at = null, lease_seconds = null, lease_expires_at = null, quiet_until = null, stale_since = null,
       blocked_reason = case when reason_stands then blocked_reason end, reason_ends = false, updated_at = now()
 where id = :task_id and status in ('DOING', 'BLOCKED')
returning *;

-- name: complete_task(task_id, author_id, result, mentions, kinds, urls, titles, criterion_ids, evidence)^
-- With what else may have to end, as far as others can have made it while the task was waited for.
with
-- include: submission
, done as (
  update task
     set status = 'DONE', result = :result, finished_at = now(), last_progress_at = now(), updated_at = now(),
         session_id = null, claimed_at = null, lease_seconds = null, lease_expires_at = null, quiet_until = null,
         stale_since = null
   where id = :task_id and status = 'DOING'
  returning *
)
select done.*, said.comment_id, exists (select from agent where spawned_for_id = :task_id) as has_subagents,
       exists (select from artifact where task_id = :task_id) as has_older_artifacts
  from done cross join said;

-- name: block_task(task_id, reason, reason_ends)^
-- Where there is nothing to wait for, the task goes on at once.
-- nullable: reason
update task
   set status = case when :reason::text is null and open_dependencies = 0 and open_proposals = 0 then 'TODO' else 'BLOCKED' end,
       blocked_reason = :reason, reason_ends = :reason_ends, session_id = null, claimed_at = null,
       lease_seconds = null, lease_expires_at = null, quiet_until = null, stale_since = null, updated_at = now()
 where id = :task_id and status = 'DOING'
returning *;

-- name: unblock_task(task_id)^
-- Only the reason goes; open dependencies and proposals still block.
update task
   set status = case when open_dependencies = 0 and open_proposals = 0 then 'TODO' else status end, blocked_reason = null,
       reason_ends = false, reason_stands = false, attempts = 0, updated_at = now()
 where id = :task_id and status = 'BLOCKED'
returning *;

-- name: write_notes(task_id, text, append)^
update task
   set notes = case when :append and notes <> '' then notes || E'\n\n' || :text else :text end,
       last_progress_at = now(), stale_since = null, updated_at = now()
 where id = :task_id
returning *;

-- name: has_held(task_id, agent_id)$
-- Whether the agent ever claimed the task, by the log.
select exists (select from event where task_id = :task_id and kind = 'TASK_CLAIMED' and actor_id = :agent_id);

-- name: held_count(room_id, agent_id)$
select count(*) from task where room_id = :room_id and assignee_id = :agent_id and status = 'DOING';

-- name: missing_capabilities(requirement_id, agent_id)$
-- What the set asks for and the agent can't do.
select array(select unnest(requirement.capabilities) except select unnest(agent.capabilities) order by 1)
  from requirement, agent
 where requirement.id = :requirement_id and agent.id = :agent_id;

-- name: why_nothing(room_id, agent_id)^
-- Counts of the room's TODO tasks, and what would change them.
-- nullable: retry_at
select count(*) as todo,
       count(*) filter (where t.open_dependencies > 0 or t.open_proposals > 0 or t.waits_for_track or t.waits_for_objective
                           or t.waits_for_schedule
                           or t.requirement_id not in (select id from available_requirement)) as waiting,
       count(*) filter (where t.waits_for_criteria) as need_criteria,
       count(*) filter (where t.assignee_id <> :agent_id) as assigned_to_others,
       (select least(
          (select min(s.not_before) from task s where s.room_id = :room_id and s.waits_for_schedule
              and s.status not in ('DONE', 'CANCELLED')),
          (select min(d.lease_expires_at) from task d where d.room_id = :room_id and d.status = 'DOING'),
          (select min(x.opened_at + make_interval(secs => x.cooldown_seconds))
             from resource x
             join requirement n on n.resources @> array[x.id] and n.resources <> '{}'
             join task w on w.requirement_id = n.id and w.room_id = x.room_id and w.status = 'TODO'
            where x.room_id = :room_id and x.breaker = 'OPEN')))
         as retry_at
  from task t
 where t.room_id = :room_id and t.status = 'TODO';

-- name: lacking_for_ready(room_id, agent_id)
-- Capabilities that would have made a ready task claimable.
select distinct lacking.capability
  from task t
  join available_requirement c on c.id = t.requirement_id
  cross join lateral (
    select unnest(c.capabilities) except select unnest(a.capabilities) from agent a where a.id = :agent_id
  ) lacking (capability)
 where t.room_id = :room_id and t.ready and (t.assignee_id is null or t.assignee_id = :agent_id)
 order by lacking.capability;
