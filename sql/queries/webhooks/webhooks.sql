-- name: insert_webhook(room_id, url, secret, kinds, labels, settled_seq)^
insert into webhook (room_id, url, secret, kinds, labels, settled_seq)
values (:room_id, :url, :secret, :kinds, :labels, :settled_seq)
returning *;

-- name: count_webhooks(room_id)$
select count(*) from webhook where room_id = :room_id;

-- name: webhooks_of_rooms(room_ids)
select * from webhook where room_id = any(:room_ids::bigint[]) order by room_id, id;

-- name: webhooks_by_ids(webhook_ids)
select * from webhook where id = any(:webhook_ids::bigint[]);

-- name: lock_webhook(webhook_id)^
select * from webhook where id = :webhook_id for no key update;

-- name: delete_webhook(webhook_id)!
delete from webhook where id = :webhook_id;

-- name: resume_webhook(webhook_id)^
-- From where it stands: of an event that was begun, the same is sent again.
update webhook
   set active = true, run = run + 1, steps = 0, next_attempt_at = null, failures = 0, failing_since = null
 where id = :webhook_id
returning *;

-- name: resume_webhook_after(webhook_id, seq)^
update webhook
   set active = true, run = run + 1, steps = 0, next_attempt_at = null, failures = 0, failing_since = null,
       settled_seq = :seq, begun_seq = null, body = null, attempts = 0
 where id = :webhook_id
returning *;

-- name: admins_of_room(room_id)
-- Its members with a token of an ADMIN that lets them in.
select agent.*
  from room_member join agent on agent.id = room_member.agent_id
 where room_member.room_id = :room_id
   and exists (
         select from token
          where token.agent_id = agent.id and token.role = 'ADMIN' and token.revoked_at is null
            and (token.expires_at is null or token.expires_at > now()))
 order by agent.id;

-- name: troubled_webhooks()
select id, active, failures from webhook where not active or failures > 0 order by id limit 20;
