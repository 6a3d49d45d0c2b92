-- name: begin_browser_session(token_id, hash, label)$
-- In the name of a token that lets in who is no subagent: those of subagents end with tasks, in statements that lock no agent. So
-- with the agent locked no session outlives its token.
insert into token (agent_id, role, hash, label, expires_at, signed_in_with_id, signed_in_until)
select token.agent_id, token.role, :hash, :label, end_if_unused(token.expires_at), token.id, token.expires_at
  from token join agent on agent.id = token.agent_id
 where token.id = :token_id and token.signed_in_with_id is null and agent.parent_id is null
   and token.revoked_at is null and (token.expires_at is null or token.expires_at > now())
returning id;

-- name: end_browser_sessions(agent_id, session_id)
-- Those of the agent, or the one of this key.
-- nullable: session_id
update token
   set revoked_at = now()
 where agent_id = :agent_id and signed_in_with_id is not null and revoked_at is null
   and (:session_id::bigint is null or id = :session_id)
returning id;

-- name: end_old_browser_sessions(agent_id, most)
-- All of the agent's but so many, those last used or begun.
update token
   set revoked_at = now()
 where id = any(array(
         select id
           from token
          where agent_id = :agent_id and signed_in_with_id is not null and revoked_at is null
          order by greatest(last_used_at, created_at) desc, id desc
         offset :most))
returning id;

-- name: token_of_login_links(agent_id, role, label)$
-- The token in whose name the agent's login links sign it in.
select id
  from token
 where agent_id = :agent_id and role = :role and label = :label and signed_in_with_id is null
   and revoked_at is null and expires_at is null
 order by id
 limit 1;

-- name: add_login_ticket(hash, token_id, seconds)!
-- Those that are over go meanwhile.
with gone as (
  delete from login_ticket where expires_at <= now()
)
insert into login_ticket (hash, token_id, expires_at)
values (:hash, :token_id, now() + make_interval(secs => :seconds));

-- name: take_login_ticket(hash)^
-- It is used up by that, whoever else tries at the same time.
delete from login_ticket
 using token
 where login_ticket.hash = :hash and login_ticket.expires_at > now() and token.id = login_ticket.token_id
returning token.id as token_id, token.agent_id;
