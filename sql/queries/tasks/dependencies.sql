-- name: insert_dependency(task_id, depends_on_id, kind, created_by_id)$
-- Answers whether it is new.
insert into dependency (task_id, depends_on_id, kind, created_by_id)
values (:task_id, :depends_on_id, :kind, :created_by_id)
on conflict do nothing
returning true;

-- name: insert_new_dependencies(task_ids, depends_on_ids, kinds, created_by_ids, blocker_ids, blocks)!
-- Of tasks that were just made, with what they wait for; those that were there before are waited for by so many more.
with linked as (
  insert into dependency (task_id, depends_on_id, kind, created_by_id)
  select * from unnest(:task_ids::bigint[], :depends_on_ids::bigint[], :kinds::text[], :created_by_ids::bigint[])
), blocker as (
  select task.id, asked.tasks
    from unnest(:blocker_ids::bigint[], :blocks::integer[]) as asked (id, tasks) join task on task.id = asked.id
   order by task.id
     for no key update of task
)
update task set waited_by = waited_by + blocker.tasks from blocker where task.id = blocker.id;

-- name: delete_dependency(task_id, depends_on_id, kind)$
-- Answers whether there was one.
delete from dependency where task_id = :task_id and depends_on_id = :depends_on_id and kind = :kind returning true;

-- name: dependency_of(task_id, depends_on_id, kind)^
select d.*, d.kind = 'BLOCKS' and t.status not in ('DONE', 'CANCELLED') and b.status not in ('DONE', 'CANCELLED') as open
  from dependency d join task t on t.id = d.task_id join task b on b.id = d.depends_on_id
 where d.task_id = :task_id and d.depends_on_id = :depends_on_id and d.kind = :kind;

-- name: end_reason_with(task_id, depends_on_ids)!
-- The words with which the task is blocked end with the last of these, and of no others.
update dependency
   set ends_reason = depends_on_id = any(:depends_on_ids::bigint[])
 where task_id = :task_id and kind = 'BLOCKS' and ends_reason <> (depends_on_id = any(:depends_on_ids::bigint[]));
