-- The room's next numbers, taken and used: the row of room_log is held until the commit.
), counted as (
  update room_log
     set seq = room_log.seq + taken.tasks
    from (select count(*) as tasks from claimed) taken
   where room_log.room_id = :room_id and taken.tasks > 0
  returning room_log.seq - taken.tasks as before
), logged as (
  insert into event (room_id, seq, kind, actor_id, task_id, objective_id, data)
  select :room_id, counted.before + row_number() over (order by c.number), 'TASK_CLAIMED', c.assignee_id, c.id,
         c.objective_id, jsonb_build_object('fence', c.fence, 'expiresAt', c.lease_expires_at)
    from claimed c, counted
  returning seq
