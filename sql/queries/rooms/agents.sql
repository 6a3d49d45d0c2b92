-- name: agent_by_id(agent_id)^
select * from agent where id = :agent_id;

-- name: agent_by_name(name)^
select * from agent where name = :name;

-- name: agents_by_ids(agent_ids)
select * from agent where id = any(:agent_ids::bigint[]);

-- name: shares_a_room(agent_id, room_ids)$
-- Whether the agent is a member of one of these rooms.
select exists (select from room_member where agent_id = :agent_id and room_id = any(:room_ids::bigint[]));

-- name: family_of(agent_id)$
-- The ancestor of the agent that has no parent, or the agent itself.
select family_of(:agent_id);

-- name: related(agent_id, other_id)$
-- Whether they are the same agent, or of one family.
select family_of(:agent_id) = family_of(:other_id);

-- name: count_live_subagents(agent_id)$
-- Of the whole family that this agent belongs to: those that a token still lets in.
with recursive member (id) as (
  select family_of(:agent_id)
  union
  select agent.id from member join agent on agent.parent_id = member.id
)
select count(*)
  from member join agent on agent.id = member.id
 where agent.parent_id is not null
   and exists (
         select from token
          where token.agent_id = agent.id and revoked_at is null and (expires_at is null or expires_at > now()));

-- name: insert_agent(name, kind, description, capabilities, parent_id, spawned_for_id)^
-- Nothing comes back where the name is taken.
insert into agent (name, kind, description, capabilities, parent_id, spawned_for_id)
values (:name, :kind, :description, :capabilities::text[], :parent_id, :spawned_for_id)
on conflict on constraint an_agent_name_is_unique do nothing
returning *;

-- name: change_agent(agent_id, changes)^
-- Columns that aren't among the changes stay as they are.
update agent
   set kind = new.kind, description = new.description, capabilities = new.capabilities
  from agent as old, jsonb_populate_record(old, :changes::jsonb) as new
 where old.id = :agent_id and agent.id = old.id
returning agent.*;

-- name: lock_agent(agent_id)!
-- Changes of an agent's memberships, and its claims where their number is limited, come one after the other.
select from agent where id = :agent_id for no key update;

-- name: lock_agents(agent_ids)!
-- As lock_agent, in the order of their ids.
select from agent where id = any(:agent_ids::bigint[]) order by id for no key update;

-- name: join_rooms(agent_id, room_ids)
-- Answers the rooms that it wasn't in before.
insert into room_member (room_id, agent_id)
select room_id, :agent_id from unnest(:room_ids::bigint[]) as given (room_id) order by room_id
on conflict do nothing
returning room_id;

-- name: leave_other_rooms(agent_id, room_ids)
-- Answers the rooms that it left, with the presence that it had there.
delete from room_member
 where agent_id = :agent_id and room_id <> all(:room_ids::bigint[])
returning room_id, presence;

-- name: members_of_rooms(room_ids)
select room_member.room_id, agent.*
  from room_member join agent on agent.id = room_member.agent_id
 where room_member.room_id = any(:room_ids::bigint[])
 order by agent.name;

-- name: rooms_of_agents(agent_ids)
select room_member.agent_id, room.*
  from room_member join room on room.id = room_member.room_id
 where room_member.agent_id = any(:agent_ids::bigint[])
 order by room.name;
