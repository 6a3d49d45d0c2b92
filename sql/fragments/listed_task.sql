-- What list_tasks_* and count_tasks_* hold, of task t in its room. A list that is not `filtered` has a plan that serves every call.
(t.finished_at is null or t.objective_id is null
 or :statuses::text[] is not null -- given: filtered
 or not exists (
      select from objective o
       where o.id = t.objective_id and o.standing
         and t.finished_at < now() - make_interval(secs => room.archive_after_seconds)))
and -- given: filtered
-- include: task_filter -- given: filtered
