-- What list_tasks_* and count_tasks_* are narrowed by, of task t in its room, but for the words that are searched for. A list
-- that is not `filtered` has a plan that serves every call.
(t.finished_at is null or t.objective_id is null
 or :statuses::text[] is not null -- given: filtered
 or not exists (
      select from objective o
       where o.id = t.objective_id and o.standing
         and t.finished_at < now() - make_interval(secs => room.archive_after_seconds)))
and (:statuses::text[] is null or t.status = any(:statuses::text[])) -- given: filtered
and (:ready::boolean is null or :ready::boolean = (t.ready and not room.paused -- given: filtered
          and t.requirement_id in (select id from available_requirement))) -- given: filtered
and (:stale::boolean is null or :stale::boolean = (t.stale_since is not null)) -- given: filtered
and (:assignee_id::bigint is null or t.assignee_id = :assignee_id::bigint) -- given: filtered
and (:reviewer_id::bigint is null or t.reviewer_id = :reviewer_id::bigint) -- given: filtered
and (:labels::text[] is null or t.labels @> :labels::text[]) -- given: filtered
and (:priorities::smallint[] is null or t.priority = any(:priorities::smallint[])) -- given: filtered
and (:waiting_for_id::bigint is null -- given: filtered
     or t.status not in ('DONE', 'CANCELLED') and exists ( -- given: filtered
          select from dependency d join task b on b.id = d.depends_on_id -- given: filtered
           where d.task_id = t.id and d.kind = 'BLOCKS' and b.assignee_id = :waiting_for_id::bigint -- given: filtered
             and b.status not in ('DONE', 'CANCELLED'))) -- given: filtered
and (:awaited_by_id::bigint is null -- given: filtered
     or t.status not in ('DONE', 'CANCELLED') and exists ( -- given: filtered
          select from dependency d join task w on w.id = d.task_id -- given: filtered
           where d.depends_on_id = t.id and d.kind = 'BLOCKS' and w.assignee_id = :awaited_by_id::bigint -- given: filtered
             and w.status not in ('DONE', 'CANCELLED'))) -- given: filtered
