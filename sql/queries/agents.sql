-- name: agent_by_id(agent_id)^
select * from agent where id = :agent_id;

-- name: agent_by_name(name)^
select * from agent where name = :name;

-- name: agents_by_ids(agent_ids)
select * from agent where id = any(:agent_ids::bigint[]);

-- name: shares_a_room(agent_id, room_ids)$
-- Whether the agent is a member of one of these rooms.
select exists (select from room_member where agent_id = :agent_id and room_id = any(:room_ids::bigint[]));
