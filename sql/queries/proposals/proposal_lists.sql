-- name: proposals_by_ids(proposal_ids)
select * from proposal where id = any(:proposal_ids::bigint[]);

-- name: proposals_page(room_ids, opens, befores, most)
-- A page for each room asked for, newest first: of those that are open, or of all.
select asked.position, p.*
  from unnest(:room_ids::bigint[], :opens::boolean[], :befores::bigint[])
       with ordinality as asked (room_id, only_open, before, position)
 cross join lateral (
   select *
     from proposal
    where proposal.room_id = asked.room_id and (proposal.status = 'OPEN' or not asked.only_open)
      and (asked.before is null or proposal.id < asked.before)
    order by proposal.id desc
    limit :most::integer) p
 order by asked.position, p.id desc;

-- name: count_proposals(room_ids, opens)
select asked.position,
       (select count(*) from proposal
         where proposal.room_id = asked.room_id and (proposal.status = 'OPEN' or not asked.only_open)) as proposals
  from unnest(:room_ids::bigint[], :opens::boolean[]) with ordinality as asked (room_id, only_open, position);

-- name: voters_of_proposals(proposal_ids)
select e.proposal_id, agent.*
  from proposal_voter e join agent on agent.id = e.agent_id
 where e.proposal_id = any(:proposal_ids::bigint[])
 order by e.proposal_id, agent.name;

-- name: votes_of_proposals(proposal_ids)
select * from vote where proposal_id = any(:proposal_ids::bigint[]) order by proposal_id, at, agent_id;

-- name: tasks_of_proposals(proposal_ids)
select l.proposal_id, task.*
  from proposal_task l join task on task.id = l.task_id
 where l.proposal_id = any(:proposal_ids::bigint[])
 order by l.proposal_id, task.id;

-- name: proposals_of_tasks(task_ids)
select l.task_id, p.*
  from proposal_task l join proposal p on p.id = l.proposal_id
 where l.task_id = any(:task_ids::bigint[])
 order by l.task_id, p.id;

-- name: changed_since_asked(proposal_ids)
-- Of those that are open: what it was at the end is kept.
select proposal.id,
       case when proposal.status <> 'OPEN' then proposal.changed else
         -- include: changed_since_asked
       end as changed
  from proposal
 where proposal.id = any(:proposal_ids::bigint[]);
