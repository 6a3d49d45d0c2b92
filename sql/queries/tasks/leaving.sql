-- name: release_owned(agent_ids, room_ids)
-- All that these agents hold or own in the rooms, null being all. What was handed in stays in review, without an owner, and
-- what a proposal blocked stays so: by its end, or while the question is open that the owner asked.
with owned as (
  select id, status, assignee_id, status = 'BLOCKED' and reason_stands as is_refused,
         status = 'BLOCKED' and exists (
           select from proposal where escalates_id = task.id and proposal.status = 'OPEN') as is_escalated
    from task
   where assignee_id = any(:agent_ids::bigint[]) and status not in ('DONE', 'CANCELLED')
     and (:room_ids::bigint[] is null or room_id = any(:room_ids::bigint[]))
   order by id
     for no key update
)
update task
   set status = case when owned.status = 'VALIDATING' or owned.is_refused or owned.is_escalated then owned.status
                     else 'TODO' end,
       assignee_id = null,
       session_id = null, claimed_at = null, lease_seconds = null, lease_expires_at = null, quiet_until = null,
       stale_since = null, blocked_reason = case when owned.is_refused then task.blocked_reason end, reason_ends = false,
       updated_at = now()
  from owned
 where task.id = owned.id
returning task.*, owned.status = 'DOING' as was_held, owned.assignee_id as owner_id;

-- name: withdraw_reviewer(agent_ids, room_ids)
-- From every unfinished task of the rooms that one of these agents was to review.
-- nullable: assignee_name
with named as (
  select id
    from task
   where reviewer_id = any(:agent_ids::bigint[]) and status not in ('DONE', 'CANCELLED')
     and (:room_ids::bigint[] is null or room_id = any(:room_ids::bigint[]))
   order by id
     for no key update
)
update task
   set reviewer_id = null, reviewer_volunteered = false, review_taken_at = null, updated_at = now()
  from named
 where task.id = named.id
returning task.*, (select name from agent where agent.id = task.assignee_id) as assignee_name;

-- name: agents_without_tokens(agent_ids)
-- Those of these agents that no token lets in any more.
select asked.agent_id
  from unnest(:agent_ids::bigint[]) as asked (agent_id)
 where not exists (
         select from token
          where token.agent_id = asked.agent_id and revoked_at is null and (expires_at is null or expires_at > now()));

-- name: revoke_subagent_tokens(parent_ids, task_ids)
-- Of the subagents of these parents, and of those that were made for these tasks, with all that are below them.
with recursive subagent (id) as (
  select id from agent where parent_id = any(:parent_ids::bigint[]) or spawned_for_id = any(:task_ids::bigint[])
  union
  select agent.id from subagent join agent on agent.parent_id = subagent.id
), live as (
  select id
    from token
   where agent_id in (select id from subagent) and revoked_at is null and (expires_at is null or expires_at > now())
   order by id
     for no key update
), ended as (
  update token set revoked_at = now() from live where token.id = live.id returning token.agent_id
)
select distinct agent_id from ended;

-- name: close_expired_tokens(most)
-- Each once, so that what follows from its end is done once.
with due as (
  select id from token where revoked_at is null and expires_at <= now() limit :most for no key update skip locked
)
update token set revoked_at = expires_at from due where token.id = due.id returning token.agent_id;

-- name: members_to_name(room_id, agent_ids, names)
-- As members_called, of whom a task is to be for: who stays a member until that is written gives it back on leaving. Who is
-- leaving is passed over, for that may wait for the task that is locked here.
select agent.*
  from agent join room_member on room_member.agent_id = agent.id
 where room_member.room_id = :room_id and (agent.id = any(:agent_ids::bigint[]) or agent.name = any(:names::text[]))
   for key share of room_member skip locked;

-- name: holders_who_left(most)
-- Who holds or reviews a task in a room that it neither belongs to nor sees as an ADMIN, for its claim was on the way while it
-- left, or holds one in a room that was archived meanwhile; and, without a room, who has anything left without a token that lets
-- it in.
-- nullable: room_id
with live as (
  select agent_id, role from token where revoked_at is null and (expires_at is null or expires_at > now())
), held as (
  select assignee_id as agent_id, room_id from task where status = 'DOING'
  union
  select reviewer_id, room_id from task where status = 'VALIDATING' and reviewer_id is not null
)
select held.agent_id, held.room_id
  from held
 where exists (select from live where live.agent_id = held.agent_id)
   and not exists (select from live where live.agent_id = held.agent_id and live.role = 'ADMIN')
   and not exists (
         select from room_member where room_member.room_id = held.room_id and room_member.agent_id = held.agent_id)
union
select assignee_id, room_id
  from task
 where status = 'DOING' and room_id in (select id from room where archived_at is not null)
union all
select agent.id, null
  from agent
 where not exists (select from live where live.agent_id = agent.id)
   and exists (select from token where token.agent_id = agent.id)
   and (exists (select from task where assignee_id = agent.id and status not in ('DONE', 'CANCELLED'))
        or exists (select from task where reviewer_id = agent.id and status not in ('DONE', 'CANCELLED')))
 limit :most;
