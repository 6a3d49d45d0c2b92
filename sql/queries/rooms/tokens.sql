-- name: insert_token(agent_id, role, hash, label, expires_at)!
-- A token that is there already stays as it is: a server that is given its admin token gets it again at every start.
insert into token (agent_id, role, hash, label, expires_at)
values (:agent_id, :role, :hash, :label, :expires_at)
on conflict on constraint a_token_is_unique do nothing;

-- name: count_tokens(agent_id)$
-- Those that let it in, but for browser sessions: of those the oldest make room.
select count(*)
  from token
 where agent_id = :agent_id and revoked_at is null and (expires_at is null or expires_at > now())
   and signed_in_with_id is null;

-- name: token_owner(token_id, hash)^
-- Of the token of this key, or of this hash.
-- nullable: token_id, hash
select id, agent_id from token where (:token_id::bigint is null or id = :token_id) and (:hash::bytea is null or hash = :hash);

-- name: revoke_tokens(agent_id, token_id)
-- Those of the agent that still let somebody in; the one of this key, where one is given, with its browser sessions.
-- nullable: token_id
with live as (
  select id
    from token
   where agent_id = :agent_id and revoked_at is null and (expires_at is null or expires_at > now())
     and (:token_id::bigint is null or id = :token_id or signed_in_with_id = :token_id)
   order by id
     for no key update
)
update token set revoked_at = now() from live where token.id = live.id returning token.id, token.signed_in_with_id;

-- name: delete_old_tokens(most)
-- Those that have let nobody in for 30 days. An ADMIN's that had no end stays: a server that is started with a token, or finds
-- it in its data directory, would make it good again if it weren't known as revoked.
delete from token
 where id = any(array(
         select id
           from token
          where revoked_at < now() - interval '30 days' and (role <> 'ADMIN' or expires_at is not null)
          limit :most
            for update skip locked))
returning id;

-- name: good_tokens(agent)
-- Those that let somebody in; of one agent, where one is named.
select token.id, token.agent_id, agent.name as agent, token.role, token.label, token.created_at, token.last_used_at,
       token.expires_at, token.signed_in_with_id is not null as is_browser_session
  from token join agent on agent.id = token.agent_id
 where token.revoked_at is null and (token.expires_at is null or token.expires_at > now())
   and (:agent::text is null or agent.name = :agent)
 order by agent.name, token.id;

-- name: tokens_of_agents(agent_ids)
-- Those of these agents that let somebody in.
select token.id, token.agent_id, agent.name as agent, token.role, token.label, token.created_at, token.last_used_at,
       token.expires_at, token.signed_in_with_id is not null as is_browser_session
  from token join agent on agent.id = token.agent_id
 where token.agent_id = any(:agent_ids::bigint[])
   and token.revoked_at is null and (token.expires_at is null or token.expires_at > now())
 order by token.agent_id, token.id;
