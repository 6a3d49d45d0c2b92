-- name: was_ever_let_in(name, role)$
-- Revoked tokens count as well: who took away the admin's token doesn't want it back at the next start.
select exists (
  select from token join agent on agent.id = token.agent_id where agent.name = :name and token.role = :role
);
