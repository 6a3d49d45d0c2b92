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

-- name: unacknowledged_by_urgency(room_id, agent_id, kinds, most)
-- What people say before what agents say, then in the order of these kinds, then as it came; with how many there are
-- of both.
select item.*, coalesce(author.kind = 'HUMAN', false) as by_person,
       count(*) over (partition by coalesce(author.kind = 'HUMAN', false)) as total
  from inbox_item item
  left join agent author on author.id = item.from_id and (item.message_id is not null or item.comment_id is not null)
 where item.agent_id = :agent_id and item.room_id = :room_id and item.acknowledged_at is null
 order by by_person desc, array_position(:kinds::text[], item.kind), item.id
 limit :most::integer;
