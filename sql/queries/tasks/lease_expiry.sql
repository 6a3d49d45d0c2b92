-- name: take_back_expired(task_id, most)
-- What no lease holds any more, or what stayed stale for too long, goes back, or is blocked where that happened too often.
-- Rows that an act is changing at this moment are left to the next round, so two sweepers and any number of claims never
-- wait for each other. An act that has locked one such task hands it in, so that its next claimant need not wait for the
-- round.
with lost as (
  select t.id, t.assignee_id as holder_id,
         case when t.lease_expires_at <= clock_timestamp() then 'expired' else 'stale' end as reason,
         r.max_attempts is not null and t.attempts + 1 >= r.max_attempts as gives_up
    from task t join room r on r.id = t.room_id
   where t.status = 'DOING'
     and (t.lease_expires_at <= clock_timestamp()
          or t.stale_since is not null
             and greatest(t.stale_since, (select resumed_at from uptime)) + make_interval(secs => r.reclaim_after_seconds)
                 <= clock_timestamp())
     and (:task_id::bigint is null or t.id = :task_id)
   limit :most
     for no key update of t skip locked
), taken as (
  update task
     set status = case when lost.gives_up then 'BLOCKED' else 'TODO' end,
         blocked_reason = case when lost.gives_up
           then 'It was taken back ' || case task.attempts when 0 then 'once' else task.attempts + 1 || ' times' end
                || ', and nobody got it done. Find out why, then unblockTask.' end,
         assignee_id = null, attempts = task.attempts + 1, fence = task.fence + 1, session_id = null, claimed_at = null,
         lease_seconds = null, lease_expires_at = null, quiet_until = null, stale_since = null, updated_at = now()
    from lost
   where task.id = lost.id
  returning task.*, lost.holder_id, lost.reason
)
select taken.*, agent.name as holder from taken join agent on agent.id = taken.holder_id
 order by taken.room_id, taken.id;
