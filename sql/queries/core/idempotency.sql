-- name: insert_keys(agent_ids, mutations, keys, input_hashes)
-- Answers those that are new. Whoever comes second waits here, on the unique index, until the first is done; then it finds
-- the first one's answer. In one order, so that no two wait for each other.
insert into idempotency (agent_id, mutation, key, input_hash)
select asked.agent_id, asked.mutation, asked.key, asked.input_hash
  from unnest(:agent_ids::bigint[], :mutations::text[], :keys::text[], :input_hashes::bytea[])
       as asked (agent_id, mutation, key, input_hash)
 order by asked.agent_id, asked.mutation, asked.key
on conflict (agent_id, mutation, key) do nothing
returning agent_id, mutation, key;

-- name: read_keys(agent_ids, mutations, keys)
-- The lock is a write, so the commit waits for the standby: if the first request gave up before the standby had its answer,
-- the second has no answer that a fail-over could lose.
select agent_id, mutation, key, input_hash, answer
  from idempotency
  join unnest(:agent_ids::bigint[], :mutations::text[], :keys::text[]) as asked (agent_id, mutation, key)
       using (agent_id, mutation, key)
 order by agent_id, mutation, key
   for key share of idempotency;

-- name: keep_answers(agent_ids, mutations, keys, answers)!
-- The answers are one JSON array: the driver takes lists within a list for the dimensions of an array.
update idempotency
   set answer = :answers::jsonb -> (given.position - 1)::integer
  from unnest(:agent_ids::bigint[], :mutations::text[], :keys::text[])
       with ordinality as given (agent_id, mutation, key, position)
 where idempotency.agent_id = given.agent_id and idempotency.mutation = given.mutation and idempotency.key = given.key;

-- name: forget_old_keys(most)
delete from idempotency
 where ctid = any(array(
         select ctid from idempotency where created_at < now() - interval '48 hours' limit :most::integer for update skip locked))
returning 1;
