-- name: tasks_by_ids(task_ids)
select * from task where id = any(:task_ids::bigint[]);

-- name: subtasks_of(task_ids)
select * from task where parent_id = any(:task_ids::bigint[]) order by parent_id, created_at, id;

-- name: criteria_of_tasks(task_ids)
select id, task_id, text, met, evidence, accepted, verdict_note
  from criterion where task_id = any(:task_ids::bigint[]) order by task_id, position;

-- name: capabilities_of_sets(set_ids)
select id, capabilities from requirement where id = any(:set_ids::bigint[]);

-- name: dependencies_of(task_ids)
select d.*, d.kind = 'BLOCKS' and t.status not in ('DONE', 'CANCELLED') and b.status not in ('DONE', 'CANCELLED') as open
  from dependency d join task t on t.id = d.task_id join task b on b.id = d.depends_on_id
 where d.task_id = any(:task_ids::bigint[])
 order by d.task_id, d.created_at, d.depends_on_id, d.kind;

-- name: dependents_of(task_ids)
select d.*, d.kind = 'BLOCKS' and t.status not in ('DONE', 'CANCELLED') and b.status not in ('DONE', 'CANCELLED') as open
  from dependency d join task t on t.id = d.task_id join task b on b.id = d.depends_on_id
 where d.depends_on_id = any(:task_ids::bigint[])
 order by d.depends_on_id, d.created_at, d.task_id, d.kind;

-- name: unblocks_of(task_ids)
-- How many unfinished tasks wait for each, directly or through unfinished others, each counted once.
with recursive waiter (asked, id) as (
  select d.depends_on_id, t.id
    from dependency d join task b on b.id = d.depends_on_id join task t on t.id = d.task_id
   where d.depends_on_id = any(:task_ids::bigint[]) and d.kind = 'BLOCKS'
     and b.status not in ('DONE', 'CANCELLED') and t.status not in ('DONE', 'CANCELLED')
  union
  select waiter.asked, t.id
    from waiter join dependency d on d.depends_on_id = waiter.id and d.kind = 'BLOCKS' join task t on t.id = d.task_id
   where t.status not in ('DONE', 'CANCELLED')
)
select asked, count(*) as tasks from waiter group by asked;

-- name: latest_handoffs(task_ids)
-- not null: task_id
select distinct on (task_id) *
  from comment
 where task_id = any(:task_ids::bigint[]) and kind = 'HANDOFF'
 order by task_id, id desc;

-- name: artifacts_of(task_ids)
select task_id, kind, url, title from artifact where task_id = any(:task_ids::bigint[]) order by task_id, id;

-- name: key_results_of_tasks(task_ids)
select l.task_id, k.*
  from task_key_result l join key_result k on k.id = l.key_result_id
 where l.task_id = any(:task_ids::bigint[])
 order by l.task_id, k.id;

-- name: startable_tasks(task_ids)
select t.id
  from task t join room on room.id = t.room_id
 where t.id = any(:task_ids::bigint[]) and t.ready and not room.paused
   and t.requirement_id in (select id from available_requirement);

-- name: held_by(agent_ids)
select * from task where assignee_id = any(:agent_ids::bigint[]) and status = 'DOING' order by assignee_id, claimed_at, id;
