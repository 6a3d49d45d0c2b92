-- The agents and tokens of `heard` were heard of now, in the order of their ids. Within a second of the last sign of life, nothing
-- is written; of a token's use, within a minute.
used as (
  update token
     set last_used_at = now(),
         expires_at = case when signed_in_with_id is null then expires_at else end_if_unused(signed_in_until) end
   where id = any(array(
           select token.id
             from heard join token on token.id = heard.token_id
            where token.last_used_at is null or token.last_used_at < now() - interval '1 minute'
            order by token.id
              for no key update of token))
), touched as (
  update agent
     set last_seen_at = now()
   where id = any(array(
           select agent.id
             from heard join agent on agent.id = heard.agent_id
            where agent.last_seen_at is null or agent.last_seen_at < now() - interval '1 second'
            order by agent.id
              for no key update of agent))
)
