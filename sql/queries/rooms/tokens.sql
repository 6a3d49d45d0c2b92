-- name: insert_token(agent_id, role, hash, label, expires_at)!
-- A token that is there already stays as it is: a server that is given its admin token gets it again at every start.
insert into token (agent_id, role, hash, label, expires_at)
values (:agent_id, :role, :hash, :label, :expires_at)
on conflict on constraint a_token_is_unique do nothing;

-- name: token_owner(hash)$
select agent_id from token where hash = :hash;

-- name: revoke_tokens(agent_id, hash)
-- Those of the agent that still let somebody in; the one of this hash, where one is given.
-- nullable: hash
with live as (
  select id
    from token
   where agent_id = :agent_id and revoked_at is null and (expires_at is null or expires_at > now())
     and (:hash::bytea is null or hash = :hash)
   order by id
     for no key update
)
update token set revoked_at = now() from live where token.id = live.id returning token.id;

-- name: good_tokens(agent)
-- Those that let somebody in; of one agent, where one is named.
select agent.name as agent, token.role, token.label, token.created_at, token.last_used_at, token.expires_at
  from token join agent on agent.id = token.agent_id
 where token.revoked_at is null and (token.expires_at is null or token.expires_at > now())
   and (:agent::text is null or agent.name = :agent)
 order by agent.name, token.id;
