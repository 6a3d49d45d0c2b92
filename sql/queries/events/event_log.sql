-- name: append_events(room_id, events, tasks, done, cancelled)$
-- The room's next numbers are taken and used in one statement: the row of room_log is held until the commit, so that
-- numbers become visible in their order and without a gap. What one act did has one time. With them goes how many tasks more
-- there are now, and how many more, or less, are done and cancelled.
with numbered as (
  update room_log
     set seq = seq + jsonb_array_length(:events::jsonb), tasks = tasks + :tasks, done = done + :done,
         cancelled = cancelled + :cancelled
   where room_id = :room_id
  returning seq - jsonb_array_length(:events::jsonb) as before, seq, clock_timestamp() as at
)
insert into event (room_id, seq, kind, actor_id, task_id, objective_id, agent_id, message_id, proposal_id, data, at)
select :room_id, numbered.before + e.ordinality, e.kind, e.actor, e.task, e.objective, e.agent, e.message, e.proposal, e.data,
       numbered.at
  from numbered,
       rows from (jsonb_to_recordset(:events::jsonb) as (
         kind text, actor bigint, task bigint, objective bigint, agent bigint, message bigint, proposal bigint, data jsonb))
       with ordinality as e
 order by e.ordinality
returning (select seq from numbered);

-- name: open_log(room_id)!
insert into room_log (room_id) values (:room_id);

-- name: lock_log(room_id)$
-- Where it ends. Until the end of the transaction nobody else logs anything in the room: whatever ended before is seen, the
-- rest comes later.
select seq from room_log where room_id = :room_id for no key update;

-- name: log_extents(room_ids)
-- From where to where each of these logs goes: what a follower polls in case a nudge was lost. And which numbers of earlier epochs
-- are of this log too; and whether its next event begins another epoch, since a standby was promoted.
select room_id, oldest, seq,
       -- include: log_epoch
       # epoch as epoch,
       coalesce(timeline <> wal_timeline(), false) as is_left,
       (select jsonb_object_agg(
               -- include: log_epoch
               # branch.epoch, branch.seq)
          from log_branch branch
         where branch.room_id = room_log.room_id) as earlier
  from room_log
 where room_id = any(:room_ids::bigint[]);

-- name: leave_log(room_id, epoch, seen)!
-- Somebody saw more of the log than there is: what comes now has numbers that others had.
update room_log
   set seq = seq, timeline = ''
 where room_id = :room_id and seq < :seen
   and
       -- include: log_epoch
       # epoch = :epoch;

-- name: events_after(room_id, seq, most)
-- What followers read: a contiguous stretch of the log. What of the table is before its beginning is in no log any more. With the
-- epoch in which the log is now, since each event keeps that in which it came.
select
  -- include: event_columns
       ,
  -- include: log_epoch
       # (select room_log.epoch from room_log where room_log.room_id = event.room_id) as present_epoch
  from event
 where room_id = :room_id and seq > :seq
   and seq > (select oldest from room_log where room_log.room_id = :room_id)
 order by seq
 limit :most;

-- name: events_by_ids(event_ids)
select
  -- include: event_columns
  from event
 where id = any(:event_ids::bigint[])
   and seq > (select oldest from room_log where room_log.room_id = event.room_id);

-- name: log_forward(room_id, after, before, kinds, most)
-- Between two numbers, both left out themselves, the oldest first.
select
  -- include: event_columns
  from event
 where room_id = :room_id and seq > :after and seq < :before
   and seq > (select oldest from room_log where room_log.room_id = :room_id)
   and kind = any(:kinds::text[]) -- given: kinds
 order by seq
 limit :most;

-- name: log_backward(room_id, after, before, kinds, most)
-- As log_forward, the newest first.
select
  -- include: event_columns
  from event
 where room_id = :room_id and seq > :after and seq < :before
   and seq > (select oldest from room_log where room_log.room_id = :room_id)
   and kind = any(:kinds::text[]) -- given: kinds
 order by seq desc
 limit :most;

-- name: histories(task_ids, afters, mosts)
-- A page of the events of each task, in the order asked for. A task stays in its room, so its numbers are of one log.
select asked.position, e.*
  from unnest(:task_ids::bigint[], :afters::bigint[], :mosts::bigint[])
       with ordinality as asked (task_id, after, most, position)
 cross join lateral (
   select
     -- include: event_columns
     from event
    where event.task_id = asked.task_id
      and event.seq > greatest(asked.after, (
            select oldest
              from task join room_log on room_log.room_id = task.room_id
             where task.id = asked.task_id))
    order by event.seq
    limit asked.most
 ) e
 order by asked.position, e.seq;

-- name: nudge(channel, payload)!
-- Outside any transaction of an act: it takes a lock that all who notify share until it is committed.
select pg_notify(:channel, :payload);

-- name: still_there()$
-- What an idle connection is asked, for one that died in silence says nothing.
select true;

-- name: objective_before(task_id, seq)$
-- Where a task was when it was last heard of before this event; comments don't say.
select objective_id
  from event
 where task_id = :task_id and seq < :seq and kind <> 'COMMENT_ADDED'
 order by seq desc
 limit 1;
