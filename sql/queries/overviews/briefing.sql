-- name: briefing_tasks(room_id, agent_id, most)
-- Where the room stands, and the tasks of a briefing, list by list, each with how much there is of it in all: what the
-- agent owns, of that what is held first, by the end of its lease, then what came back or could start, and then what
-- others have to move; what waits for its verdict; and what claim_next would take, `most` of that. With each task, the
-- names that are told of it and, of what it owns, its criteria and its last handoff.
-- nullable: list, total, place, turn, reviewer, submitted_by, handoff, criteria
with
-- include: offered
, listed as (
  (select 'OWNED' as list, count(*) over () as total,
          row_number() over (order by lease_expires_at nulls last,
                                      status = 'TODO' and ready desc,
                                      array_position(array['BLOCKED', 'TODO', 'VALIDATING'], status),
                                      started_at is null,
                                      priority, created_at, id) as place,
          t.*, 0 as turn
     from task t
    where assignee_id = (select :agent_id::bigint) and room_id = (select :room_id::bigint) and status not in ('DONE', 'CANCELLED')
    order by place
    limit 50)
  union all
  (select 'REVIEW', count(*) over (), row_number() over (order by submitted_at, id) as place, t.*, 0
     from task t
    where room_id = (select :room_id::bigint) and status = 'VALIDATING' and reviewer_id = (select :agent_id::bigint)
    order by place
    limit 50)
  union all
  (select 'OFFERED', 0,
          row_number() over (order by turn,
                             -- include: claim_order
                             ), offered.*
     from offered)
)
select now() as at, log.seq, listed.*, reviewer.name as reviewer, submitter.name as submitted_by, handoff.body as handoff,
       owned.criteria,
       -- include: log_epoch
       # log.epoch as epoch
  from room_log log
  left join listed on true
  left join agent reviewer on reviewer.id = listed.reviewer_id
  left join agent submitter on submitter.id = listed.submitted_by_id
  left join lateral (
    select body from comment where task_id = listed.id and kind = 'HANDOFF' order by id desc limit 1) handoff
    on listed.list = 'OWNED'
  left join lateral (
    select jsonb_agg(to_jsonb(criterion) order by position) as criteria from criterion where task_id = listed.id) owned
    on listed.list = 'OWNED'
 where log.room_id = (select :room_id::bigint)
 order by listed.list, listed.place;

-- name: proposals_to_answer(room_id, agent_id, most)
-- Those that the agent may vote on and has not, the one for which most work waits first; with who asks, and how many
-- there are.
select proposal.*, author.name as author,
       -- include: unfinished_waiters
       as waiting, count(*) over () as total
  from proposal
  join agent author on author.id = proposal.author_id
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
-- kinds, then as it came; with the words of a message or comment and whose they are, and how many there are of both.
-- Words are read of no more than are answered.
-- nullable: author, words
with told as (
  select item.*, author.name as author, coalesce(author.kind = 'HUMAN', false) as by_person,
         count(*) over (partition by coalesce(author.kind = 'HUMAN', false)) as total,
         row_number() over (order by array_position(:proposal_ids::bigint[], item.proposal_id) nulls last,
                                     coalesce(author.kind = 'HUMAN', false) desc,
                                     array_position(:kinds::text[], item.kind), item.id) as place
    from inbox_item item
    left join agent author on author.id = item.from_id and (item.message_id is not null or item.comment_id is not null)
   where item.agent_id = (select :agent_id::bigint) and item.room_id = (select :room_id::bigint) and item.acknowledged_at is null
   order by place
   limit (select :most::integer)
)
select told.*, left(coalesce(message.body, comment.body), 500) as words
  from told
  left join message on message.id = told.message_id
  left join comment on comment.id = told.comment_id
 order by place;
