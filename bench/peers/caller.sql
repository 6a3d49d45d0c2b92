-- Who a token speaks for, by its hash.
select agent.id, agent.name, agent.capabilities,
       array(select room_id from room_member where agent_id = agent.id order by room_id) as rooms
  from token join agent on agent.id = token.agent_id
 where token.hash = :hash
   and token.revoked_at is null
   and (token.expires_at is null or token.expires_at > now());
