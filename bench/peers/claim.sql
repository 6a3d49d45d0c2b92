-- A claim on Goalroom's tables as somebody writes it who needs no more than that. It takes the best ready tasks of a room
-- that the agent can do, skipping those that others have locked, numbers them in the log of the room, and logs them.
with covered as (
  select id
    from requirement
   where resources = '{}' and capabilities <@ (select capabilities from agent where id = :agent_id)
), picked as (
  select best.*
    from covered cross join lateral (
      select t.id, t.priority, t.waited_by, t.created_at
        from task t
       where t.room_id = :room_id and t.requirement_id = covered.id and t.ready and t.assignee_id is null
       order by t.priority, t.waited_by desc, t.created_at, t.id
       limit :most
         for no key update skip locked
    ) best
   order by best.priority, best.waited_by desc, best.created_at, best.id
   limit :most
), claimed as (
  update task
     set status = 'DOING', assignee_id = :agent_id, fence = fence + 1, claimed_at = clock_timestamp(), lease_seconds = 1800,
         lease_expires_at = clock_timestamp() + interval '30 minutes', started_at = coalesce(started_at, clock_timestamp()),
         updated_at = clock_timestamp()
    from picked
   where task.id = picked.id
  returning task.id, task.title, task.fence, task.lease_expires_at, task.objective_id
), counted as (
  update room_log
     set seq = room_log.seq + taken.tasks
    from (select count(*) as tasks from claimed) taken
   where room_log.room_id = :room_id and taken.tasks > 0
  returning room_log.seq - taken.tasks as before
), logged as (
  insert into event (room_id, seq, kind, actor_id, task_id, objective_id, data)
  select :room_id, counted.before + row_number() over (order by claimed.id), 'TASK_CLAIMED', :agent_id, claimed.id,
         claimed.objective_id, jsonb_build_object('fence', claimed.fence, 'expiresAt', claimed.lease_expires_at)
    from claimed, counted
  returning seq
)
select id, title, fence, lease_expires_at, (select max(seq) from logged) as log_end from claimed;
