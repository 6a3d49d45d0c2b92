-- With which waits the words of a block end.

alter table dependency
  -- The task was blocked with words that came with this edge: they end with the last of such that is open.
  add column ends_reason boolean not null default false;

update dependency
   set ends_reason = true
  from task
 where task.id = dependency.task_id and task.reason_ends and dependency.kind = 'BLOCKS';
