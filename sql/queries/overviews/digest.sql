-- name: lock_room_due_for_digest()^
-- One that another process is posting in is left to it; the condition holds once more when the row is locked.
select *, coalesce(daily_digest_due_at <= now(), false) as daily_is_due
  from room
 where archived_at is null
   and (coalesce(digested_at, created_at) <= now() - make_interval(secs => digest_every_seconds)
        or daily_digest_due_at <= now())
 order by id
 limit 1
   for no key update skip locked;

-- name: mark_digested(room_id, until)!
update room set digested_at = :until where id = :room_id;

-- name: mark_daily_digested(room_id, until, due_at)!
update room set daily_digested_at = :until, daily_digest_due_at = :due_at where id = :room_id;

-- name: digest_completed(room_ids, sinces, until, most)
-- As the log tells it: finished_at is when a transaction began, and one may have begun before the last digest and ended
-- after it. What the log tells of long afterwards, as of what an import brought in, counts by its end; no transaction takes
-- a minute. What was opened again since is left out. Whose work it was is told by what was handed in last.
-- nullable: whose_id
select asked.position, page.*,
       (select comment.author_id
          from comment
         where comment.task_id = page.id and comment.kind = 'SUBMISSION'
         order by comment.created_at desc, comment.id desc
         limit 1) as whose_id
  from unnest(:room_ids::bigint[], :sinces::timestamptz[]) with ordinality as asked (room_id, since, position)
 cross join lateral (
   select task.*, ending.at, count(*) over () as total
     from (select event.task_id, max(event.at) as told
             from event
            where event.room_id = asked.room_id and event.kind = 'TASK_DONE'
              and event.at > asked.since and event.at <= :until
            group by event.task_id) ended
     join task on task.id = ended.task_id
    cross join lateral (
      select case when ended.told - task.finished_at < interval '1 minute' then ended.told else task.finished_at end as at
    ) ending
    where task.status = 'DONE' and ending.at > asked.since
    order by ending.at, task.id
    limit :most::integer) page
 order by asked.position, page.at, page.id;

-- name: digest_finished(room_ids, sinces, until, most)
-- The objectives, in the same way.
select asked.position, page.*
  from unnest(:room_ids::bigint[], :sinces::timestamptz[]) with ordinality as asked (room_id, since, position)
 cross join lateral (
   select objective.*, ending.at, count(*) over () as total
     from (select event.objective_id, max(event.at) as told
             from event
            where event.room_id = asked.room_id and event.kind = 'OBJECTIVE_FINISHED'
              and event.at > asked.since and event.at <= :until
            group by event.objective_id) ended
     join objective on objective.id = ended.objective_id
    cross join lateral (
      select case when ended.told - objective.finished_at < interval '1 minute' then ended.told else objective.finished_at end as at
    ) ending
    where objective.status = 'DONE' and ending.at > asked.since
    order by ending.at, objective.id
    limit :most::integer) page
 order by asked.position, page.at, page.id;

-- name: digest_reclaimed(room_ids, sinces, until, most)
-- Each once, as it was taken back last.
-- nullable: reason
select asked.position, page.*
  from unnest(:room_ids::bigint[], :sinces::timestamptz[]) with ordinality as asked (room_id, since, position)
 cross join lateral (
   select task.*, lost.at, lost.agent_id as whose_id, lost.data ->> 'reason' as reason, count(*) over () as total
     from (select distinct on (event.task_id) event.task_id, event.at, event.agent_id, event.data
             from event
            where event.room_id = asked.room_id and event.kind = 'TASK_RECLAIMED'
              and event.at > asked.since and event.at <= :until
            order by event.task_id, event.at desc) lost
     join task on task.id = lost.task_id
    order by lost.at, task.id
    limit :most::integer) page
 order by asked.position, page.at, page.id;

-- name: digest_stale(room_ids, most)
select asked.position, page.*
  from unnest(:room_ids::bigint[]) with ordinality as asked (room_id, position)
 cross join lateral (
   select task.*, task.stale_since as at, task.assignee_id as whose_id, count(*) over () as total
     from task
    where task.room_id = asked.room_id and task.stale_since is not null
    order by task.stale_since, task.id
    limit :most::integer) page
 order by asked.position, page.at, page.id;

-- name: digest_blocked(room_ids, most)
-- Each with what it waits for. One that was never said to be blocked came so from elsewhere.
select asked.position, page.*,
       array(select dependency.depends_on_id
               from dependency join task blocker on blocker.id = dependency.depends_on_id
              where dependency.task_id = page.id and dependency.kind = 'BLOCKS'
                and blocker.status not in ('DONE', 'CANCELLED')
              order by dependency.depends_on_id) as blockers
  from unnest(:room_ids::bigint[]) with ordinality as asked (room_id, position)
 cross join lateral (
   select task.*, coalesce(said.at, task.updated_at) as at, task.assignee_id as whose_id,
          task.blocked_reason as reason, count(*) over () as total
     from task
     left join lateral (
       select event.at
         from event
        where event.task_id = task.id and event.kind = 'TASK_BLOCKED'
        order by event.seq desc
        limit 1) said on true
    where task.room_id = asked.room_id and task.status = 'BLOCKED'
    order by coalesce(said.at, task.updated_at), task.id
    limit :most::integer) page
 order by asked.position, page.at, page.id;

-- name: digest_in_review(room_ids, most)
select asked.position, page.*
  from unnest(:room_ids::bigint[]) with ordinality as asked (room_id, position)
 cross join lateral (
   select task.*, task.submitted_at as at, task.submitted_by_id as whose_id, count(*) over () as total
     from task
    where task.room_id = asked.room_id and task.status = 'VALIDATING'
    order by task.submitted_at, task.id
    limit :most::integer) page
 order by asked.position, page.at, page.id;

-- name: digest_webhooks_off(room_ids, most)
select asked.position, page.*
  from unnest(:room_ids::bigint[]) with ordinality as asked (room_id, position)
 cross join lateral (
   select webhook.*, count(*) over () as total
     from webhook
    where webhook.room_id = asked.room_id and not webhook.active
    order by webhook.id
    limit :most::integer) page
 order by asked.position, page.id;

-- name: digest_agents(room_ids, sinces)
-- Members that were heard of since then, or are taken for present. Whoever acts is heard of.
select asked.position, agent.*
  from unnest(:room_ids::bigint[], :sinces::timestamptz[]) with ordinality as asked (room_id, since, position)
  join room_member on room_member.room_id = asked.room_id
  join agent on agent.id = room_member.agent_id
 where room_member.presence <> 'OFFLINE' or agent.last_seen_at > asked.since
 order by asked.position, agent.name;

-- name: digest_open_proposals(room_ids, most)
-- The one for which most work waits first.
select asked.position, page.*
  from unnest(:room_ids::bigint[]) with ordinality as asked (room_id, position)
 cross join lateral (
   select proposal.*,
          -- include: unfinished_waiters
          as waiting, count(*) over () as total
     from proposal
    where proposal.room_id = asked.room_id and proposal.status = 'OPEN'
    order by waiting desc, proposal.created_at, proposal.id
    limit :most::integer) page
 order by asked.position, page.waiting desc, page.created_at, page.id;

-- name: digest_decided(room_ids, sinces, until, most)
-- As the log tells it.
select asked.position, page.*
  from unnest(:room_ids::bigint[], :sinces::timestamptz[]) with ordinality as asked (room_id, since, position)
 cross join lateral (
   select proposal.*, ended.at, count(*) over () as total
     from event ended join proposal on proposal.id = ended.proposal_id
    where ended.room_id = asked.room_id and ended.kind = 'PROPOSAL_CLOSED'
      and ended.at > asked.since and ended.at <= :until and proposal.status = 'DECIDED'
    order by ended.at, proposal.id
    limit :most::integer) page
 order by asked.position, page.at, page.id;
