-- name: submit_task(reviewer_id, task_ids, author_ids, results, mention_tasks, mentioned, artifact_tasks, kinds, urls, titles, criterion_ids, evidence)^
-- One task, in the form in which many are completed.
with
-- include: submission
, submitted as (
  update task
     set status = 'VALIDATING', result = ended.result, submissions = submissions + 1, submitted_by_id = assignee_id,
         submitted_at = clock_timestamp(), reviewer_id = :reviewer_id::bigint,
         reviewer_volunteered = reviewer_volunteered and :reviewer_id::bigint is not null, review_taken_at = null,
         last_progress_at = now(), updated_at = now(), session_id = null, claimed_at = null, lease_seconds = null,
         lease_expires_at = null, quiet_until = null, stale_since = null
    from ended
   where task.id = ended.task_id and task.status = 'DOING'
  returning task.*
)
select submitted.*, said.comment_id from submitted cross join said;

-- name: forget_verdicts(task_id)!
-- What was said of an earlier submission says nothing of this one.
update criterion set accepted = null, verdict_note = '' where task_id = :task_id and accepted is not null;

-- name: claim_next_review(room_id, agent_id)^
-- The oldest submission of a stranger that has no reviewer or waits for this one; what the agent took before and has not
-- decided comes last. Whoever asks at the same moment skips it and gets the next.
-- nullable: assignee_name
with asking as (
  select family_of(:agent_id) as family
), picked as (
  select t.id, t.reviewer_id as reviewer_before
    from task t join agent author on author.id = t.submitted_by_id cross join asking
   where t.room_id = :room_id and t.status = 'VALIDATING' and (t.reviewer_id is null or t.reviewer_id = :agent_id)
     and case when author.parent_id is null then author.id else family_of(author.id) end <> asking.family
   order by t.review_taken_at is not null, t.submitted_at, t.id
   limit 1
     for no key update of t skip locked
)
update task
   set reviewer_id = :agent_id, reviewer_volunteered = reviewer_volunteered or picked.reviewer_before is null,
       review_taken_at = coalesce(review_taken_at, clock_timestamp()), updated_at = now()
  from picked
 where task.id = picked.id
returning task.*, picked.reviewer_before, (select name from agent where id = task.assignee_id) as assignee_name;

-- name: accept_criteria(criterion_ids, accepted, notes)!
update criterion
   set accepted = e.accepted, verdict_note = e.note
  from unnest(:criterion_ids::bigint[], :accepted::boolean[], :notes::text[]) as e (id, accepted, note)
 where criterion.id = e.id;

-- name: insert_review(task_id, submission, author_id, reviewer_id, verdict, comment)^
insert into review (task_id, submission, author_id, reviewer_id, verdict, comment, created_at)
values (:task_id, :submission, :author_id, :reviewer_id, :verdict, :comment, clock_timestamp())
returning *;

-- name: approve_task(task_id, reviewer_id)^
update task
   set status = 'DONE', reviewer_volunteered = reviewer_volunteered or reviewer_id is null, reviewer_id = :reviewer_id,
       finished_at = now(), updated_at = now()
 where id = :task_id and status = 'VALIDATING'
returning *;

-- name: send_back(task_id, reviewer_id)^
-- To its owner; being begun, it is first among what that one claims next.
update task
   set status = 'TODO', reviewer_volunteered = reviewer_volunteered or reviewer_id is null, reviewer_id = :reviewer_id,
       updated_at = now()
 where id = :task_id and status = 'VALIDATING'
returning *;

-- name: reviews_of(task_ids)
select * from review where task_id = any(:task_ids::bigint[]) order by task_id, id;

-- name: reviews_by_ids(review_ids)
select * from review where id = any(:review_ids::bigint[]);
