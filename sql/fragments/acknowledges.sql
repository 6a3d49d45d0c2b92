-- Whether the agent of e can acknowledge what it is told: who has tokens that only read can't.
(select bool_and(token.role = 'OBSERVER')
   from token
  where token.agent_id = e.agent_id and token.revoked_at is null
    and (token.expires_at is null or token.expires_at > clock_timestamp())) is not true
