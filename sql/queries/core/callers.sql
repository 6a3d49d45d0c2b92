-- name: callers_by_tokens(hashes)
-- Who tokens speak for, with all that deciding a request needs. Many at once, for whoever waits at the door.
select token.hash, token.id as token_id, token.latest_end as token_expires_at, token.role, agent.*,
       array(select room_id from room_member where agent_id = agent.id order by room_id) as rooms,
       array(select id from room where archived_at is not null) as archived_rooms,
       agent.last_seen_at is null or agent.last_seen_at < now() - interval '1 second'
         or exists (select from room_member where agent_id = agent.id and presence <> 'ONLINE')
         or token.last_used_at is null or token.last_used_at < now() - interval '1 minute' as unseen
  from token join agent on agent.id = token.agent_id
 where token.hash = any(:hashes::bytea[])
   and token.revoked_at is null
   and (token.expires_at is null or token.expires_at > now());

-- name: callers_connected(hashes)
-- As callers_by_tokens, for all that hold a connection open; those who do so need not be seen, and use their tokens.
with due as (
  select id
    from token
   where hash = any(:hashes::bytea[]) and revoked_at is null and last_used_at < now() - interval '1 minute'
   order by id
     for no key update skip locked
), used as (
  update token
     set last_used_at = now(),
         expires_at = case when signed_in_with_id is null then expires_at else end_if_unused(signed_in_until) end
    from due
   where token.id = due.id
)
select token.hash, token.id as token_id, token.latest_end as token_expires_at, token.role, agent.id, agent.name, agent.kind, agent.capabilities,
       array(select room_id from room_member where agent_id = agent.id order by room_id) as rooms,
       array(select id from room where archived_at is not null) as archived_rooms,
       false as unseen
  from token join agent on agent.id = token.agent_id
 where token.hash = any(:hashes::bytea[])
   and token.revoked_at is null
   and (token.expires_at is null or token.expires_at > now());

-- name: caller_by_token_id(token_id)^
-- As callers_by_tokens, for a request that has waited: much may have changed since it came.
select token.id as token_id, token.latest_end as token_expires_at, token.role, agent.id, agent.name, agent.kind, agent.capabilities,
       array(select room_id from room_member where agent_id = agent.id order by room_id) as rooms,
       array(select id from room where archived_at is not null) as archived_rooms,
       false as unseen
  from token join agent on agent.id = token.agent_id
 where token.id = :token_id
   and token.revoked_at is null
   and (token.expires_at is null or token.expires_at > now());

-- name: caller_of_agent(agent_id)^
-- As callers_by_tokens, for what is done in the agent's name while it is away: by the token of it that may most.
select token.id as token_id, token.latest_end as token_expires_at, token.role, agent.id, agent.name, agent.kind, agent.capabilities,
       array(select room_id from room_member where agent_id = agent.id order by room_id) as rooms,
       array(select id from room where archived_at is not null) as archived_rooms,
       false as unseen
  from token join agent on agent.id = token.agent_id
 where agent.id = :agent_id
   and token.revoked_at is null
   and (token.expires_at is null or token.expires_at > now())
 order by array_position(array['ADMIN', 'MEMBER', 'OBSERVER'], token.role), token.id
 limit 1;
