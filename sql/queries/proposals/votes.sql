-- name: is_voter(proposal_id, agent_id)$
-- Whether the agent is of the electorate, and still a member of the room.
select exists (
  select from proposal p
    join proposal_voter e on e.proposal_id = p.id
    join room_member m on m.room_id = p.room_id and m.agent_id = e.agent_id
   where p.id = :proposal_id and e.agent_id = :agent_id);

-- name: cast_vote(proposal_id, agent_id, option, note)!
-- Once more, it takes the place of the earlier vote.
insert into vote (proposal_id, agent_id, option, note)
values (:proposal_id, :agent_id, :option, :note)
on conflict (proposal_id, agent_id) do update set option = excluded.option, note = excluded.note, at = excluded.at;

-- name: close_if_decided(proposal_id)^
-- Counts, decides and closes in one statement, so that two last votes at once close it once. Nothing comes back where it
-- stays open.
update proposal
   set status = case when verdict.outcome is null then 'EXPIRED' else 'DECIDED' end, outcome = verdict.outcome,
       by_default = verdict.by_default, remind_at = null, closed_at = clock_timestamp(),
       changed =
         -- include: changed_since_asked
  from proposal_verdict verdict
 where proposal.id = :proposal_id and verdict.id = proposal.id and proposal.status = 'OPEN'
returning proposal.*;

-- name: close_withdrawn(proposal_id)^
update proposal
   set status = 'WITHDRAWN', remind_at = null, closed_at = clock_timestamp(),
       changed =
         -- include: changed_since_asked
 where id = :proposal_id and status = 'OPEN'
returning *;

-- name: count_votes(proposal_id)
select option, count(*) as votes from vote where proposal_id = :proposal_id group by option;

-- name: end_waits_for(proposal_id, reason)
-- What follows for the tasks that waited, which are locked. With a reason those that have not begun, and those that are
-- blocked, are blocked by it until somebody unblocks them; one that stands already is kept beside it. Without, what was
-- escalated and decided goes on, and what is blocked if nothing else holds it.
-- nullable: reason
with waiting as (
  select t.id, t.ready, t.status, t.blocked_reason is not null and not t.reason_ends as has_reason,
         :reason::text is not null and t.status in ('TODO', 'BLOCKED') as is_held,
         :reason::text is null and t.status = 'BLOCKED' and t.blocked_reason is null
         and (t.id = p.escalates_id and p.status = 'DECIDED' or t.open_dependencies = 0 and t.open_proposals = 1) as resumes
    from proposal p
    join proposal_task l on l.proposal_id = p.id
    join task t on t.id = l.task_id
   where p.id = :proposal_id
), ended as (
  update task
     set open_proposals = task.open_proposals - 1,
         status = case when waiting.is_held then 'BLOCKED' when waiting.resumes then 'TODO' else task.status end,
         blocked_reason = case
           when waiting.is_held and waiting.has_reason then task.blocked_reason || E'\n' || :reason::text
           when waiting.is_held then :reason::text
           else task.blocked_reason end,
         reason_ends = task.reason_ends and not waiting.is_held,
         reason_stands = task.reason_stands or waiting.is_held,
         ready_notice_due = task.ready_notice_due and not waiting.is_held,
         updated_at = case when waiting.is_held or waiting.resumes then now() else task.updated_at end
    from waiting
   where task.id = waiting.id
  returning task.*, waiting.ready as was_ready, waiting.status as was_status, waiting.is_held, waiting.resumes
)
select * from ended order by id;

-- name: acknowledge_proposal(proposal_id, agent_id)!
-- Those who are asked to vote need not any more: the one who did, or with null all.
-- nullable: agent_id
with due as (
  select id
    from inbox_item
   where proposal_id = :proposal_id and kind = 'PROPOSAL' and acknowledged_at is null
     and (:agent_id::bigint is null or agent_id = :agent_id)
   order by id
     for update
)
update inbox_item set acknowledged_at = clock_timestamp() from due where inbox_item.id = due.id;

-- name: overdue_proposals(most)
-- Whose time is over; those of archived rooms wait.
select id
  from proposal
 where status = 'OPEN' and closes_at <= clock_timestamp() and room_id not in (select id from room where archived_at is not null)
 order by closes_at, id
 limit :most;

-- name: settled_proposals(agent_id, most)
-- Those that somebody's leaving settled; of the electorate of one agent, or with null of any.
-- nullable: agent_id
select verdict.id
  from proposal_verdict verdict
 where :agent_id::bigint is null
    or exists (select from proposal_voter e where e.proposal_id = verdict.id and e.agent_id = :agent_id)
 order by verdict.id
 limit :most;

-- name: take_reminders(most)
-- Each once, however many sweep. A proposal that is being voted on is left to the next round.
with due as (
  select id
    from proposal
   where status = 'OPEN' and remind_at <= clock_timestamp()
     and room_id not in (select id from room where archived_at is not null)
   order by remind_at, id
   limit :most
     for no key update skip locked
)
update proposal set remind_at = null from due where proposal.id = due.id returning proposal.*;

-- name: voters_to_remind(proposal_ids)
-- Who was told, acknowledged it, and has not voted.
select e.proposal_id, e.agent_id
  from proposal_voter e
  join proposal p on p.id = e.proposal_id
  join room_member m on m.room_id = p.room_id and m.agent_id = e.agent_id
 where e.proposal_id = any(:proposal_ids::bigint[])
   and not exists (select from vote v where v.proposal_id = e.proposal_id and v.agent_id = e.agent_id)
   and (select bool_and(i.acknowledged_at is not null)
          from inbox_item i
         where i.proposal_id = e.proposal_id and i.agent_id = e.agent_id and i.kind = 'PROPOSAL')
 order by e.proposal_id, e.agent_id;
