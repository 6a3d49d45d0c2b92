-- name: claim_next(room_id, agent_ids, session_ids, lease_seconds, objectives, labels, wide, logged)
-- The claims of all who wait for the same, in the order in which they wait, in one statement: a slot for each task that is
-- asked for, filled or not. What is assigned to an agent comes first, and of that what was begun before and came back. For
-- the slots that are left: look along the index of ready tasks, in the ranges of the requirements that the agents cover
-- and the room can meet; lock the best that nobody else is taking, then the resources that they need; take those that find
-- a place at each; log it last, or leave that to a transaction that goes on. The WHERE of free repeats the rule, for what
-- was looked at may have changed by the time it is locked. Agents who can't do just what the first can get nothing here.
-- What is locked and changed is found by its key whatever the planner thinks of the table's size, for the plan is kept
-- while the table grows: hence the lateral, the coalesce, which no index of ready tasks answers, and the array.
with slot as (
  select asked.*, row_number() over (partition by asked.agent_id order by asked.number) as number_of_agent
    from unnest(:agent_ids::bigint[], :session_ids::bigint[], :lease_seconds::integer[])
         with ordinality as asked (agent_id, session_id, lease_seconds, number)
   where (select capabilities from agent where id = asked.agent_id)
       = (select capabilities from agent where id = (:agent_ids::bigint[])[1])
), covered as (
  select id, resources
    from requirement
   where capabilities <@ (select capabilities from agent where id = (:agent_ids::bigint[])[1])
     and resources <@ array(select id from resource where room_id = (select :room_id::bigint) and available)
), own as (
  select mine.*
    from (select agent_id, count(*) as slots from slot group by agent_id) agent
   cross join lateral (
      select t.id, t.assignee_id, (t.started_at is null)::integer as turn, t.priority, t.waited_by, t.created_at,
             covered.resources
        from task t join covered on covered.id = t.requirement_id
       where t.assignee_id = agent.agent_id and t.room_id = (select :room_id::bigint) and t.ready
         -- include: claim_filter
       order by t.started_at is null,
       -- include: claim_order
       limit agent.slots
         for no key update of t skip locked
    ) mine
   where not (select paused from room where id = (select :room_id::bigint))
), candidate as (
  select best.*, covered.resources
    from covered cross join lateral (
      select t.id, t.priority, t.waited_by, t.created_at
        from task t
       where t.room_id = (select :room_id::bigint) and t.requirement_id = covered.id and t.ready and t.assignee_id is null
         -- include: claim_filter
       order by
       -- include: claim_order
       limit 128  -- without: wide
       limit 4096  -- given: wide
    ) best
   order by
   -- include: claim_order
   limit 128  -- without: wide
   limit 4096  -- given: wide
), free as (
  select c.*
    from candidate c cross join lateral (
      select from task t
       where t.id = c.id and t.ready and coalesce(t.assignee_id, 0) = 0
         for no key update of t skip locked
    ) taken
   where not (select paused from room where id = (select :room_id::bigint))
   limit (select count(*) from slot) - (select count(*) from own)
), picked as (
  select * from own union all select id, null, 2, priority, waited_by, created_at, resources from free
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
  select *,
         row_number() over (
           partition by assignee_id order by turn,
           -- include: claim_order
           ) as number
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
), filled as (
  select slot.*, fitting.id
    from slot join fitting on fitting.assignee_id = slot.agent_id and fitting.number = slot.number_of_agent
), given as (
  select * from filled
   union all
  select empty.agent_id, empty.session_id, empty.lease_seconds, empty.number, empty.number_of_agent, fitting.id
    from (select slot.*, row_number() over (order by number) as number_of_empty
            from slot
           where number not in (select number from filled)) empty
    join fitting on fitting.assignee_id is null and fitting.number = empty.number_of_empty
), claimed as (
  update task
     set status = 'DOING', assignee_id = given.agent_id, fence = fence + 1, session_id = given.session_id,
         claimed_at = clock_timestamp(), lease_seconds = given.lease_seconds,
         lease_expires_at = clock_timestamp() + make_interval(secs => given.lease_seconds),
         quiet_until = null, stale_since = null, ready_notice_due = false,
         started_at = coalesce(started_at, clock_timestamp()), updated_at = clock_timestamp()
    from given
   where task.id = given.id and task.id = any(array(select id from given))
  returning task.*, given.number
-- include: log_of_claims -- given: logged
)
select claimed.*,
       (select max(seq) from logged) as log_end  -- given: logged
       0::bigint as log_end  -- without: logged
  from claimed
 order by number;

-- name: candidates_left(room_id, agent_id, objectives, labels)$
-- Whether there is anything at all that claim_next could look at, taken or not.
select exists (
  select from task t
   where t.room_id = :room_id and t.ready and (t.assignee_id is null or t.assignee_id = :agent_id)
     and t.requirement_id in (
           select id from requirement
            where capabilities <@ (select capabilities from agent where id = :agent_id)
              and resources <@ array(select id from resource where room_id = :room_id and available))
     -- include: claim_filter
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

-- name: complete_tasks(task_ids, author_ids, results, mention_tasks, mentioned, artifact_tasks, kinds, urls, titles, criterion_ids, evidence)
-- All in one statement, with what else may have to end, as far as others can have made it while the tasks were waited for.
with
-- include: submission
, done as (
  update task
     set status = 'DONE', result = ended.result, finished_at = now(), last_progress_at = now(), updated_at = now(),
         session_id = null, claimed_at = null, lease_seconds = null, lease_expires_at = null, quiet_until = null,
         stale_since = null
    from ended
   where task.id = ended.task_id and task.status = 'DOING'
  returning task.*
)
select done.*, said.comment_id, exists (select from agent where spawned_for_id = done.id) as has_subagents,
       exists (select from artifact where artifact.task_id = done.id) as has_older_artifacts
  from done join said on said.task_id = done.id;

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

-- name: held_counts(room_id, agent_ids)
select assignee_id as agent_id, count(*) as tasks
  from task
 where room_id = :room_id and assignee_id = any(:agent_ids::bigint[]) and status = 'DOING'
 group by assignee_id;

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
