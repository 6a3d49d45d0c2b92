-- name: database_facts()^
select current_setting('server_version') as version, current_setting('server_version_num')::integer / 10000 as major,
       current_setting('server_encoding') as encoding, pg_is_in_recovery() as is_standby,
       current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on' as is_durable,
       current_setting('transaction_read_only') = 'on' as is_read_only,
       current_setting('session_replication_role') as replication_role, clock_timestamp() as moment;

-- name: broken_logs()
-- Rooms whose log has a gap, or doesn't end where its counter says. Numbers start behind the beginning of the log, so one without
-- a gap has as many events as its last number is beyond it.
-- nullable: missing
select room.name, room_log.seq as counter, log.last, log.last - log.oldest as numbers, log.events,
       (select min(e.seq) + 1
          from event e
         where e.room_id = room.id and e.seq > log.oldest and e.seq < log.last
           and not exists (select from event n where n.room_id = e.room_id and n.seq = e.seq + 1)) as missing
  from room
  left join room_log on room_log.room_id = room.id
 cross join lateral (
   select coalesce(room_log.oldest, 0) as oldest, coalesce(max(event.seq), room_log.oldest, 0) as last, count(*) as events
     from event
    where event.room_id = room.id and event.seq > coalesce(room_log.oldest, 0)) log
 where room_log.seq is distinct from log.last or log.last - log.oldest <> log.events
 order by room.name;

-- name: zones_of_rooms()
select name, timezone from room order by name;

-- name: wrong_waits()
select t.id
  from task t join rightful_waits r using (id)
 where (t.open_dependencies, t.open_proposals, t.waited_by, t.waits_for_track, t.waits_for_criteria, t.waits_for_objective, t.waits_for_schedule)
    <> (r.open_dependencies, r.open_proposals, r.waited_by, r.waits_for_track, r.waits_for_criteria, r.waits_for_objective, r.waits_for_schedule)
 order by t.id;

-- name: wrong_drafts()
select o.id from objective o join rightful_drafts r using (id) where o.in_draft <> r.in_draft order by o.id;

-- name: wrong_use()
select resource.id from resource join rightful_use r using (id) where resource.in_use <> r.in_use order by resource.id;

-- name: wrong_counts()
select r.id
  from room_log join rightful_counts r on r.id = room_log.room_id
 where (room_log.tasks, room_log.done, room_log.cancelled) <> (r.tasks, r.done, r.cancelled)
 order by r.id;

-- name: lock_for_mending()!
-- Nobody writes meanwhile, so that what is put right is right when it is seen.
lock table room, room_log, objective, dependency, task, resource, proposal, proposal_task in share row exclusive mode;

-- name: mend_drafts(ids)!
update objective o set in_draft = r.in_draft from rightful_drafts r where r.id = o.id and o.id = any(:ids::bigint[]);

-- name: mend_waits(ids)!
update task t
   set open_dependencies = r.open_dependencies, open_proposals = r.open_proposals, waited_by = r.waited_by, waits_for_track = r.waits_for_track,
       waits_for_criteria = r.waits_for_criteria, waits_for_objective = r.waits_for_objective,
       waits_for_schedule = r.waits_for_schedule
  from rightful_waits r
 where r.id = t.id and t.id = any(:ids::bigint[]);

-- name: mend_use(ids)!
update resource set in_use = r.in_use from rightful_use r where r.id = resource.id and resource.id = any(:ids::bigint[]);

-- name: mend_counts(ids)!
update room_log
   set tasks = r.tasks, done = r.done, cancelled = r.cancelled
  from rightful_counts r
 where r.id = room_log.room_id and r.id = any(:ids::bigint[]);
