-- The agent and its token were heard of now. Within a second of the last sign of life, nothing is written; of the token's
-- use, within a minute.
used as (
  update token
     set last_used_at = now(),
         expires_at = case when signed_in_with_id is null then expires_at else end_if_unused(signed_in_until) end
   where id = :token_id and (last_used_at is null or last_used_at < now() - interval '1 minute')
), touched as (
  update agent
     set last_seen_at = now()
   where id = :agent_id and (last_seen_at is null or last_seen_at < now() - interval '1 second')
)
