-- What an agent that leaves a room, or loses its last token, gives back is found without reading every task.

create index task_reviewer on task (reviewer_id) where reviewer_id is not null and status not in ('DONE', 'CANCELLED');
create index agent_spawned_for on agent (spawned_for_id) where spawned_for_id is not null;
-- Tokens whose end has come and that are not closed yet.
create index token_end on token (expires_at) where revoked_at is null and expires_at is not null;
