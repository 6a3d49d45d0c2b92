-- name: lock_log_to_shorten(newest)^
-- The log whose first event has been too old for longest. What is locked is that event, which nobody else ever locks: another
-- process takes another room, and acts wait for nothing. Looking takes one row of each room that drops events.
select log.room_id, log.oldest
  from room
  join room_log log on log.room_id = room.id
  join event first
    on first.room_id = log.room_id
   and first.seq = (select min(seq) from event where event.room_id = log.room_id and event.seq > log.oldest)
 where room.keep_events_seconds is not null
   and first.seq <= least(log.seq - :newest::bigint, (
         select min(settled_seq) from webhook where webhook.room_id = log.room_id and webhook.active))
   and first.at < now() - make_interval(secs => room.keep_events_seconds)
 order by first.at
 limit 1
   for update of first skip locked;

-- name: lock_webhooks_of_room(room_id)
-- None is switched on again meanwhile, to go on from an event that is being dropped.
select id from webhook where room_id = :room_id order by id for share;

-- name: drop_events(room_id, newest, most)$
-- A batch of what is too old, from the beginning of the log on, by its primary key: however many there are, a batch reads no more
-- than its own rows. The row of the log, which every act takes last, is locked last here, too.
with log as (
  select room_log.oldest,
         least(room_log.seq - :newest::bigint, (
           select min(settled_seq) from webhook where webhook.room_id = room.id and webhook.active)) as last,
         now() - make_interval(secs => room.keep_events_seconds) as since
    from room join room_log on room_log.room_id = room.id
   where room.id = :room_id
), candidate as materialized (
  select event.seq, event.at
    from event
   where event.room_id = :room_id and event.seq > (select oldest from log) and event.seq <= (select last from log)
   order by event.seq
   limit :most::integer
), until as materialized (
  -- Up to the first that is young enough.
  select coalesce(min(seq) filter (where at >= (select since from log)) - 1, max(seq)) as seq from candidate
), dropped as (
  delete from event e
   where e.room_id = :room_id and e.seq > (select oldest from log) and e.seq <= (select seq from until)
     and not
     -- include: read_of_old_events
  returning 1
)
update room_log
   set oldest = until.seq
  from until
 where room_log.room_id = :room_id and until.seq > room_log.oldest and (select count(*) from dropped) >= 0
returning until.seq - (select oldest from log) as passed;
