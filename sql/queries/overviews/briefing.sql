-- name: briefing_facts(room_id, agent_id)^
-- Where the room stands, and how much there is of what a briefing lists.
select now() as at, log.seq,
       (select count(*) from task
         where assignee_id = :agent_id and room_id = :room_id and status not in ('DONE', 'CANCELLED')) as owned,
       (select count(*) from task
         where room_id = :room_id and status = 'VALIDATING' and reviewer_id = :agent_id) as to_review
  from room_log log
 where log.room_id = :room_id;

-- name: owned_tasks(room_id, agent_id, most)
-- What is held first, by the end of its lease, then what came back or could start, and then what others have to move.
select * from task
 where assignee_id = :agent_id and room_id = :room_id and status not in ('DONE', 'CANCELLED')
 order by lease_expires_at nulls last,
          status = 'TODO' and ready desc,
          array_position(array['BLOCKED', 'TODO', 'VALIDATING'], status),
          started_at is null,
          priority, created_at, id
 limit :most::integer;

-- name: waiting_for_verdict_of(room_id, agent_id, most)
select * from task
 where room_id = :room_id and status = 'VALIDATING' and reviewer_id = :agent_id
 order by submitted_at, id
 limit :most::integer;

-- name: proposals_to_answer(room_id, agent_id, most)
-- Those that the agent may vote on and has not, the one for which most work waits first; with how many there are.
select proposal.*,
       -- include: unfinished_waiters
       as waiting, count(*) over () as total
  from proposal
  join proposal_voter e on e.proposal_id = proposal.id and e.agent_id = :agent_id
  join room_member m on m.room_id = proposal.room_id and m.agent_id = e.agent_id
 where proposal.room_id = :room_id and proposal.status = 'OPEN'
   and (proposal.closes_at is null or proposal.closes_at > now())
   and (proposal.kind = 'VOTE' or proposal.author_id <> :agent_id)
   and not exists (select from vote v where v.proposal_id = proposal.id and v.agent_id = :agent_id)
 order by waiting desc, proposal.created_at, proposal.id
 limit :most::integer;

-- name: unacknowledged_by_urgency(room_id, agent_id, kinds, proposal_ids, most)
-- What asks for these proposals, in their order; then what people say before what agents say, then in the order of these
-- kinds, then as it came; with how many there are of both.
select item.*, coalesce(author.kind = 'HUMAN', false) as by_person,
       count(*) over (partition by coalesce(author.kind = 'HUMAN', false)) as total
  from inbox_item item
  left join agent author on author.id = item.from_id and (item.message_id is not null or item.comment_id is not null)
 where item.agent_id = :agent_id and item.room_id = :room_id and item.acknowledged_at is null
 order by array_position(:proposal_ids::bigint[], item.proposal_id) nulls last, by_person desc,
          array_position(:kinds::text[], item.kind), item.id
 limit :most::integer;
