-- name: export_lines(room_id)
-- All rows of a room, or with null of all rooms, each as a line of JSON. With a room come the agents that it knows, without
-- what lets them in and what they keep for themselves. Of agents that were made for a task elsewhere, that isn't told.
with recursive rooms as (
  select id from room where :room_id::bigint is null or id = :room_id
), tasks as (
  select id from task where room_id in (select id from rooms)
), objectives as (
  select id from objective where room_id in (select id from rooms)
), scopes (scope) as (
  select 'R' || id from rooms union all select 'T' || id from tasks union all select 'O' || id from objectives
), known (id) as (
  select id from agent where :room_id is null
  union select agent_id from room_member where room_id in (select id from rooms)
  union select unnest(array[creator_id, assignee_id, reviewer_id, submitted_by_id]) from task where id in (select id from tasks)
  union select created_by_id from dependency where task_id in (select id from tasks)
  union select unnest(array[author_id, reviewer_id]) from review where task_id in (select id from tasks)
  union select unnest(array[author_id, family_id]) from reflection where room_id in (select id from rooms)
  union select creator_id from schedule where room_id in (select id from rooms)
  union select author_id from proposal where room_id in (select id from rooms)
  union select agent_id
    from proposal_voter where proposal_id in (select id from proposal where room_id in (select id from rooms))
  union select asked_assignee_id from proposal_task where task_id in (select id from tasks)
  union select owner_id from objective where id in (select id from objectives)
  union select owner_id from key_result where objective_id in (select id from objectives)
  union select unnest(mentions || author_id) from comment where room_id in (select id from rooms)
  union select unnest(mentions || to_ids || author_id) from message where room_id in (select id from rooms)
  union select unnest(array[actor_id, agent_id]) from event where room_id in (select id from rooms)
  union select unnest(array[agent_id, from_id]) from inbox_item where room_id in (select id from rooms)
  union select author_id from memory where scope in (select scope from scopes)
), agents (id) as (
  select id from known where id is not null
  union
  select agent.parent_id from agents join agent using (id) where agent.parent_id is not null
), rows (of_table, content) as (
  select 'room', row_to_json(t) from room t where id in (select id from rooms)
  union all
  select 'room_log', row_to_json(t) from room_log t where room_id in (select id from rooms)
  union all
  select 'agent', row_to_json(t)
    from (select a.id, a.name, a.kind, a.description, a.capabilities, a.parent_id,
                 case when a.spawned_for_id in (select id from tasks) then a.spawned_for_id end as spawned_for_id,
                 a.last_seen_at, a.created_at
            from agent a
           where a.id in (select id from agents)) t
  union all
  select 'room_member', row_to_json(t) from room_member t where room_id in (select id from rooms)
  union all
  -- Browser sessions stay behind: people sign in again.
  select 'token', row_to_json(t) from token t where :room_id is null and signed_in_with_id is null
  union all
  select 'session', row_to_json(t) from session t where agent_id in (select id from agents)
  union all
  select 'objective', row_to_json(t) from objective t where id in (select id from objectives)
  union all
  select 'key_result', row_to_json(t) from key_result t where objective_id in (select id from objectives)
  union all
  select 'requirement', row_to_json(t)
    from requirement t
   where :room_id is null or id in (select requirement_id from task where id in (select id from tasks))
  union all
  select 'task', row_to_json(t) from task t where id in (select id from tasks)
  union all
  select 'insight', row_to_json(t) from insight t where room_id in (select id from rooms)
  union all
  select 'reflection', row_to_json(t) from reflection t where room_id in (select id from rooms)
  union all
  select 'schedule', row_to_json(t) from schedule t where room_id in (select id from rooms)
  union all
  select 'criterion', row_to_json(t) from criterion t where task_id in (select id from tasks)
  union all
  select 'dependency', row_to_json(t) from dependency t where task_id in (select id from tasks)
  union all
  select 'imported', row_to_json(t) from imported t where room_id in (select id from rooms)
  union all
  select 'task_key_result', row_to_json(t) from task_key_result t where task_id in (select id from tasks)
  union all
  select 'artifact', row_to_json(t) from artifact t where task_id in (select id from tasks)
  union all
  select 'review', row_to_json(t) from review t where task_id in (select id from tasks)
  union all
  select 'proposal', row_to_json(t) from proposal t where room_id in (select id from rooms)
  union all
  select 'proposal_voter', row_to_json(t)
    from proposal_voter t where proposal_id in (select id from proposal where room_id in (select id from rooms))
  union all
  select 'vote', row_to_json(t)
    from vote t where proposal_id in (select id from proposal where room_id in (select id from rooms))
  union all
  select 'proposal_task', row_to_json(t) from proposal_task t where task_id in (select id from tasks)
  union all
  select 'resource', row_to_json(t) from resource t where room_id in (select id from rooms)
  union all
  select 'comment', row_to_json(t) from comment t where room_id in (select id from rooms)
  union all
  select 'channel', row_to_json(t) from channel t where room_id in (select id from rooms)
  union all
  select 'message', row_to_json(t) from message t where room_id in (select id from rooms)
  union all
  select 'event', row_to_json(t) from event t where room_id in (select id from rooms)
  union all
  select 'webhook', row_to_json(t) from webhook t where room_id in (select id from rooms)
  union all
  select 'delivery', row_to_json(t)
    from delivery t where webhook_id in (select id from webhook where room_id in (select id from rooms))
  union all
  select 'inbox', row_to_json(t) from inbox t where agent_id in (select id from agents)
  union all
  select 'inbox_item', row_to_json(t) from inbox_item t where room_id in (select id from rooms)
  union all
  select 'memory', row_to_json(t) from memory t where :room_id is null or scope in (select scope from scopes)
  union all
  select 'idempotency', row_to_json(t) from idempotency t where :room_id is null
)
select '{"table":"' || of_table || '","row":' || content::text || '}' from rows;

-- name: take_as_long_as_it_takes()!
-- An export is as slow as whoever reads it.
select set_config(name, '0', true) from unnest(array['statement_timeout', 'idle_in_transaction_session_timeout']) as name;

-- name: is_unused()$
-- Whether the database holds no more than what every database starts with.
select (select count(*) <= 1 from room)
   and (select count(*) <= 1 from agent)
   and not exists (select from task)
   and not exists (select from objective)
   and not exists (select from proposal)
   and not exists (select from message)
   and not exists (select from memory)
   and not exists (select from resource)
   and not exists (select from schedule)
   and not exists (select from webhook)
   and not exists (select from reflection);

-- name: is_in_use()$
-- Whether another of us is connected, who would not notice that everything is another.
select exists (
  select from pg_stat_activity
   where datname = current_database() and application_name like 'goalroom%' and pid <> pg_backend_pid());

-- name: clear()!
-- All tables but those that say which migrations ran and when a server last did.
truncate room, room_log, log_branch, agent, room_member, token, login_ticket, session, objective, key_result, requirement, task, insight,
         reflection,
         schedule, criterion, dependency, imported, task_key_result, artifact, review, proposal, proposal_voter, vote, proposal_task,
         resource, comment, channel, message, event, webhook, delivery, inbox, inbox_item, memory, idempotency,
         activity
restart identity;

-- name: defer_references()!
set constraints all deferred;

-- name: restore_rows(of_table, rows)$
select restore_rows(:of_table::text::regclass, :rows::json);

-- name: check_references()!
set constraints all immediate;

-- name: continue_ids()!
select continue_ids();

-- name: silent_since(at)!
-- Nobody served what was restored since it was exported, so no lease ran meanwhile.
update uptime set alive_at = least(alive_at, :at::timestamptz);

-- name: begin_epoch()!
-- Of the logs that others still have cursors of, the database may have been put back to an earlier state. Which epochs there
-- were elsewhere nobody knows: by chance two are the same once in a hundred million times.
insert into log_epoch (epoch) values (1 + floor(random() * 99999999)::integer)
on conflict (only_one) do update set epoch = excluded.epoch;

-- name: columns(of_table)
select attname::text as name
  from pg_attribute
 where attrelid = :of_table::text::regclass and attnum > 0 and not attisdropped;

-- name: analyze()!
analyze;
