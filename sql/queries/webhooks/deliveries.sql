-- name: hold_webhooks(holder, seconds)
-- Those of this process, which holds them on, and those that nobody holds any more. A row that is locked is being written by
-- whoever delivers, or by an act that resumes or deletes it: a second later it is there again.
update webhook
   set holder = :holder, held_until = clock_timestamp() + make_interval(secs => :seconds)
 where id = any(array(
         select id
           from webhook
          where active and (held_until is null or held_until < clock_timestamp() or holder = :holder)
          order by id
            for no key update skip locked))
returning id, run;

-- name: let_go_of_webhooks(holder)!
-- So that another process needs not wait.
update webhook set holder = null, held_until = null where holder = :holder;

-- name: webhook_to_deliver(webhook_id, holder, run)^
-- nullable: wait_seconds
select *, extract(epoch from next_attempt_at - clock_timestamp())::float8 as wait_seconds
  from webhook
 where id = :webhook_id and holder = :holder and run = :run and active;

-- name: pass_over_events(webhook_id, holder, run, seq)$
update webhook set settled_seq = :seq where id = :webhook_id and holder = :holder and run = :run and active returning id;

-- name: begin_attempt(webhook_id, holder, run, seq, body)$
-- What is sent of an event stays the same at each attempt. Also asked before each of the others: whether it may be made.
update webhook
   set settled_seq = :seq - 1, begun_seq = :seq, body = :body, next_attempt_at = null
 where id = :webhook_id and holder = :holder and run = :run and active and held_until > clock_timestamp()
returning attempts;

-- name: settle_delivered(webhook_id, holder, run, seq, event_id, attempt, status, milliseconds)$
with settled as (
  update webhook
     set settled_seq = :seq, begun_seq = null, body = null, attempts = 0, steps = 0, next_attempt_at = null, failures = 0,
         failing_since = null, last_status = :status, last_delivered_at = clock_timestamp()
   where id = :webhook_id and holder = :holder and run = :run
  returning id
)
insert into delivery (webhook_id, event_id, attempt, status, error, milliseconds)
select id, :event_id, :attempt, :status, '', :milliseconds from settled
returning webhook_id;

-- name: lock_webhook_to_fail(webhook_id, holder, run)^
select *, clock_timestamp() as moment
  from webhook
 where id = :webhook_id and holder = :holder and run = :run
   for no key update;

-- name: write_failure(webhook_id, active, settled_seq, begun_seq, body, attempts, steps, failures, failing_since, last_status, wait_seconds)!
-- nullable: begun_seq, body, failing_since, last_status, wait_seconds
update webhook
   set active = :active, settled_seq = :settled_seq, begun_seq = :begun_seq, body = :body, attempts = :attempts,
       steps = :steps, failures = :failures, failing_since = :failing_since, last_status = :last_status,
       next_attempt_at = clock_timestamp() + make_interval(secs => :wait_seconds::float8)
 where id = :webhook_id;

-- name: insert_delivery(webhook_id, event_id, attempt, status, error, milliseconds)^
-- nullable: event_id, status
insert into delivery (webhook_id, event_id, attempt, status, error, milliseconds)
select id, :event_id, :attempt, :status, :error, :milliseconds from webhook where id = :webhook_id
returning *;

-- name: begin_test(webhook_id)^
-- One a second.
update webhook
   set tests = tests + 1, tested_at = clock_timestamp()
 where id = :webhook_id and (tested_at is null or tested_at <= clock_timestamp() - interval '1 second')
returning *;

-- name: deliveries_of_webhooks(webhook_ids, mosts)
-- The newest of each, newest first, in the order asked for.
select asked.position, d.*
  from unnest(:webhook_ids::bigint[], :mosts::bigint[]) with ordinality as asked (webhook_id, most, position)
 cross join lateral (
   select *
     from delivery
    where delivery.webhook_id = asked.webhook_id
    order by delivery.id desc
    limit asked.most
 ) d
 order by asked.position, d.id desc;

-- name: delete_old_deliveries(kept, most)
-- All but the newest of each webhook, and those of more than 30 days ago.
delete from delivery
 where id = any(array(
         select old.id
           from webhook
          cross join lateral (
            select delivery.id, delivery.webhook_id
              from delivery
             where delivery.webhook_id = webhook.id
             order by delivery.id desc
            offset :kept) old
          limit :most))
    or id = any(array(
         select delivery.id from delivery where at < clock_timestamp() - interval '30 days' order by at limit :most))
returning id;

-- name: facts_of_event(room_id, actor_id, task_id, objective_id)^
-- What is said of an event beside what stands in the log.
-- nullable: actor_id, task_id, objective_id
select room.name as room, actor.name as actor, task.title, task.status, task.labels, task.assignee_id,
       assignee.name as assignee, objective.title as objective
  from room
  left join agent actor on actor.id = :actor_id
  left join task on task.id = :task_id
  left join agent assignee on assignee.id = task.assignee_id
  left join objective on objective.id = :objective_id
 where room.id = :room_id;
