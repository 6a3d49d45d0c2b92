-- name: insert_schedule(room_id, creator_id, cron, timezone, skip_while_open, template, next_at)^
insert into schedule (room_id, creator_id, cron, timezone, skip_while_open, template, next_at)
values (:room_id, :creator_id, :cron, :timezone, :skip_while_open, :template, :next_at)
returning *;

-- name: count_schedules(room_id)$
select count(*) from schedule where room_id = :room_id;

-- name: schedules_of_rooms(room_ids)
select * from schedule where room_id = any(:room_ids::bigint[]) order by room_id, id;

-- name: schedules_by_ids(schedule_ids)
select * from schedule where id = any(:schedule_ids::bigint[]);

-- name: lock_schedule(schedule_id)^
select *, clock_timestamp() as moment from schedule where id = :schedule_id for no key update;

-- name: lock_due_schedule()^
-- The one that has been due longest. What another process is at is left to it, and those of archived rooms wait.
select *, clock_timestamp() as moment
  from schedule
 where next_at <= clock_timestamp() and room_id not in (select id from room where archived_at is not null)
 order by next_at
 limit 1
   for no key update skip locked;

-- name: write_schedule(schedule_id, cron, timezone, skip_while_open, template, next_at, last_task_id, missed)!
-- nullable: next_at, last_task_id
update schedule
   set cron = :cron, timezone = :timezone, skip_while_open = :skip_while_open, template = :template, next_at = :next_at,
       last_task_id = :last_task_id, missed = :missed
 where id = :schedule_id;

-- name: delete_schedule(schedule_id)!
delete from schedule where id = :schedule_id;

