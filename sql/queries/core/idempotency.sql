-- name: insert_key(agent_id, mutation, key, input_hash)^
-- Whoever comes second waits here, on the unique index, until the first is done; then it finds the first one's answer.
insert into idempotency (agent_id, mutation, key, input_hash)
values (:agent_id, :mutation, :key, :input_hash)
on conflict (agent_id, mutation, key) do nothing
returning true as new;

-- name: read_key(agent_id, mutation, key)^
select input_hash, answer from idempotency where agent_id = :agent_id and mutation = :mutation and key = :key;

-- name: keep_answer(agent_id, mutation, key, answer)!
update idempotency set answer = :answer where agent_id = :agent_id and mutation = :mutation and key = :key;

-- name: forget_old_keys(most)
delete from idempotency
 where ctid = any(array(
         select ctid from idempotency where created_at < now() - interval '48 hours' limit :most::integer for update skip locked))
returning 1;
