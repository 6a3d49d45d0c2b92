-- What was begun or ended, by its end: one range of it has all that moved since a moment, and all that still is in progress.
create index task_by_end on task (room_id, (coalesce(finished_at, 'infinity'::timestamptz)))
  where started_at is not null or finished_at is not null;
