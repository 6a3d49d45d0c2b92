-- name: mark_stale(most)
-- Rows that an act is changing at this moment are left to the next round: it may be the word that was missing.
with silent as (
  select t.id, silence.since, r.reclaim_after_seconds
    from task t
    join room r on r.id = t.room_id
    cross join lateral (
      select greatest(t.claimed_at, t.last_progress_at, t.quiet_until, (select resumed_at from uptime)) as since
    ) silence
   where t.status = 'DOING' and t.stale_since is null and t.lease_expires_at > clock_timestamp()
     and silence.since + make_interval(secs => r.stale_after_seconds) <= clock_timestamp()
   limit :most
     for no key update of t skip locked
), marked as (
  update task set stale_since = clock_timestamp() from silent where task.id = silent.id
  returning task.*, silent.since, silent.reclaim_after_seconds
)
select marked.*, agent.name as holder from marked join agent on agent.id = marked.assignee_id order by marked.room_id, marked.id;

-- name: clear_marks(room_id)!
-- The room is more patient now: what it would not call stale any more is not.
with spared as (
  select t.id
    from task t
    join room r on r.id = t.room_id
    cross join lateral (
      select greatest(t.claimed_at, t.last_progress_at, t.quiet_until, (select resumed_at from uptime)) as since
    ) silence
   where t.room_id = :room_id and t.stale_since is not null
     and silence.since + make_interval(secs => r.stale_after_seconds) > clock_timestamp()
   order by t.id
     for no key update of t
)
update task set stale_since = null from spared where task.id = spared.id;

-- name: give_back_reviews(most)
-- Only what a reviewer took unasked: whoever was named for a review stays its reviewer.
with gone as (
  select t.id
    from task t
    join agent on agent.id = t.reviewer_id
    join room on room.id = t.room_id
   where t.status = 'VALIDATING' and t.reviewer_volunteered
     and greatest(agent.last_seen_at, (select resumed_at from uptime)) + make_interval(secs => room.offline_after_seconds)
         <= clock_timestamp()
   limit :most
     for no key update of t skip locked
), given_back as (
  update task
     set reviewer_id = null, reviewer_volunteered = false, review_taken_at = null, updated_at = now()
    from gone
   where task.id = gone.id
  returning task.*
)
select given_back.id, given_back.room_id, given_back.objective_id, agent.name as assignee
  from given_back left join agent on agent.id = given_back.assignee_id
 order by given_back.room_id, given_back.id;
