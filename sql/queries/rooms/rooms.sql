-- name: room_by_id(room_id)^
select * from room where id = :room_id;

-- name: room_by_name(name)^
select * from room where name = :name;

-- name: lock_room(room_id)^
-- Acts that change what tasks wait for come one at a time in a room, so that no two can close a cycle between them, and
-- what they count stays counted. Claims and renewals don't take this lock.
select * from room where id = :room_id for no key update;

-- name: lock_room_of_task(task_id, room_ids)^
-- As lock_room, of these rooms, null being all: nobody waits for what somebody locks who may not see it. A task never changes its
-- room.
select *
  from room
 where id = (select room_id from task where task.id = :task_id) and (:room_ids::bigint[] is null or id = any(:room_ids::bigint[]))
   for no key update;

-- name: rooms_by_ids(room_ids)
select * from room where id = any(:room_ids::bigint[]);

-- name: rooms_by_name(room_ids, everything, archived)
-- An ADMIN sees everything; others what they belong to. Archived ones where they are asked for.
select *
  from room
 where (:everything or id = any(:room_ids::bigint[])) and (:archived or archived_at is null)
 order by name;

-- name: held_tasks_of_room(room_id, most)
select id from task where room_id = :room_id and status = 'DOING' order by id limit :most;

-- name: insert_room(name, title)^
-- Nothing comes back where the name is taken. Two at once wait for each other here, so one of them makes it.
insert into room (name, title) values (:name, :title)
on conflict on constraint a_room_name_is_unique do nothing
returning *;

-- name: change_room(room_id, changes)^
-- Columns that aren't among the changes stay as they are; null in the changes is null in the row.
update room
   set title = new.title,
       require_done_criteria = new.require_done_criteria,
       require_review = new.require_review,
       require_handoff = new.require_handoff,
       require_reflection = new.require_reflection,
       wip_limit = new.wip_limit,
       lease_seconds = new.lease_seconds,
       idle_after_seconds = new.idle_after_seconds,
       offline_after_seconds = new.offline_after_seconds,
       stale_after_seconds = new.stale_after_seconds,
       reclaim_after_seconds = new.reclaim_after_seconds,
       max_attempts = new.max_attempts,
       digest_every_seconds = new.digest_every_seconds,
       digest_at = new.digest_at,
       timezone = new.timezone,
       daily_digest_due_at = new.daily_digest_due_at,
       archive_after_seconds = new.archive_after_seconds,
       keep_events_seconds = new.keep_events_seconds,
       paused = new.paused,
       archived_at = new.archived_at
  from room as old, jsonb_populate_record(old, :changes::jsonb) as new
 where old.id = :room_id and room.id = old.id
returning room.*;
