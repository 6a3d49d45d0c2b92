-- What a list of tasks is narrowed by, of task t in its room, but for the words that are searched for.
(:statuses::text[] is null or t.status = any(:statuses::text[]))
and (:ready::boolean is null or :ready::boolean = (t.ready and not room.paused
          and t.requirement_id in (select id from available_requirement)))
and (:stale::boolean is null or :stale::boolean = (t.stale_since is not null))
and (:assignee_id::bigint is null or t.assignee_id = :assignee_id::bigint)
and (:reviewer_id::bigint is null or t.reviewer_id = :reviewer_id::bigint)
and (:labels::text[] is null or t.labels @> :labels::text[])
and (:priorities::smallint[] is null or t.priority = any(:priorities::smallint[]))
and (:waiting_for_id::bigint is null
     or t.status not in ('DONE', 'CANCELLED') and exists (
          select from dependency d join task b on b.id = d.depends_on_id
           where d.task_id = t.id and d.kind = 'BLOCKS' and b.assignee_id = :waiting_for_id::bigint
             and b.status not in ('DONE', 'CANCELLED')))
and (:awaited_by_id::bigint is null
     or t.status not in ('DONE', 'CANCELLED') and exists (
          select from dependency d join task w on w.id = d.task_id
           where d.depends_on_id = t.id and d.kind = 'BLOCKS' and w.assignee_id = :awaited_by_id::bigint
             and w.status not in ('DONE', 'CANCELLED')))
