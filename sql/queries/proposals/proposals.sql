-- name: insert_proposal(room_id, kind, author_id, title, body, options, quorum, default_option, escalates_id, closes_at)^
-- Those who have not voted by then are asked once more when three quarters of its time are over.
-- nullable: default_option, escalates_id, closes_at
insert into proposal (room_id, kind, author_id, title, body, options, quorum, default_option, escalates_id, closes_at,
                      remind_at, created_at)
select :room_id, :kind, :author_id, :title, :body, :options::text[], :quorum, :default_option, :escalates_id,
       :closes_at::timestamptz, moment + (:closes_at::timestamptz - moment) * 0.75, moment
  from clock_timestamp() as moment
returning *;

-- name: lies_ahead(at)$
select :at::timestamptz > clock_timestamp();

-- name: insert_voters(proposal_id, agent_ids)!
insert into proposal_voter (proposal_id, agent_id) select :proposal_id, unnest(:agent_ids::bigint[]);

-- name: insert_proposal_tasks(proposal_id, task_ids)!
-- With what they are like at this moment; that an escalation blocks its task is no change since it was asked.
insert into proposal_task (proposal_id, task_id, asked_status, asked_assignee_id, asked_terms)
select p.id, t.id, case when t.id = p.escalates_id then 'BLOCKED' else t.status end, t.assignee_id,
       -- include: asked_terms
  from proposal p, task t
 where p.id = :proposal_id and t.id = any(:task_ids::bigint[]);

-- name: lock_tasks(task_ids)
-- In the order of their ids.
select id from task where id = any(:task_ids::bigint[]) order by id for no key update;

-- name: start_waits_for(proposal_id)!
-- The tasks are locked.
update task
   set open_proposals = open_proposals + 1
  from proposal_task l
 where l.proposal_id = :proposal_id and task.id = l.task_id;

-- name: escalation_of(task_id)$
-- The open one, if there is one.
select id from proposal where escalates_id = :task_id and status = 'OPEN';

-- name: workers_of(room_id, people)
-- Members who may work in the room: with a live token that does more than read. Of these the people, where `people` holds.
select agent.*
  from room_member join agent on agent.id = room_member.agent_id
 where room_member.room_id = :room_id and (agent.kind = 'HUMAN' or not :people::boolean)
   and exists (
         select from token
          where token.agent_id = agent.id and token.role <> 'OBSERVER' and token.revoked_at is null
            and (token.expires_at is null or token.expires_at > now()))
 order by agent.id;

-- name: proposal_by_id(proposal_id)^
select * from proposal where id = :proposal_id;

-- name: lock_proposal(proposal_id)^
-- With whether its time is over at this moment: the clock rules, and not the sweeper.
select *, status = 'OPEN' and coalesce(closes_at <= clock_timestamp(), false) as is_over
  from proposal
 where id = :proposal_id
   for no key update;

-- name: waiting_tasks(proposal_id)
select task_id from proposal_task where proposal_id = :proposal_id order by task_id;
