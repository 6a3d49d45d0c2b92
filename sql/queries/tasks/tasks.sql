-- name: task_by_id(task_id)^
select * from task where id = :task_id;

-- name: lock_task(task_id)^
-- With what deciding about its claim needs: its holder's name, and whether the lease still runs at this moment rather
-- than at the start of a transaction that may have waited for the lock.
-- It joins nothing: of a row that changed while it was waited for, a join finds what fitted the old one, or nothing.
-- nullable: assignee_name
select *, (select name from agent where agent.id = task.assignee_id) as assignee_name,
       coalesce(lease_expires_at > clock_timestamp(), false) as lease_runs
  from task
 where id = :task_id
   for no key update;

-- name: lock_tasks_to_end(room_id, task_ids)
-- Those of the room, as they are once nobody else is changing them; with what decides whether each may end and what follows: its
-- criteria, its open subtasks, whether others wait for it or it waited for others, and whether subagents were made for it. All
-- that changes under the lock of the room, which is held. What they wait for and what waits for them is locked too, in the order
-- of the ids: who then ends one after the other takes no lock on a task that would come before one that it has.
-- nullable: assignee_name
with locked as (
  select *
    from task
   where room_id = (select :room_id::bigint) and id = any(array(
           select unnest(:task_ids::bigint[])
           union
           select depends_on_id from dependency where task_id = any(:task_ids::bigint[]) and kind = 'BLOCKS'
           union
           select task_id from dependency where depends_on_id = any(:task_ids::bigint[]) and kind = 'BLOCKS'))
   order by id
     for no key update
)
select task.*, (select name from agent where agent.id = task.assignee_id) as assignee_name,
       coalesce(task.lease_expires_at > clock_timestamp(), false) as lease_runs,
       coalesce((select jsonb_agg(to_jsonb(criterion) order by position) from criterion where task_id = task.id), '[]') as criteria,
       coalesce((select jsonb_agg(jsonb_build_object('id', part.id, 'title', part.title) order by part.created_at, part.id)
                   from task part
                  where part.parent_id = task.id and part.status not in ('DONE', 'CANCELLED')), '[]') as open_subtasks,
       exists (select from dependency where dependency.task_id = task.id and kind = 'BLOCKS') as has_blockers,
       exists (select from dependency where depends_on_id = task.id and kind = 'BLOCKS') as has_dependents,
       exists (select from agent where spawned_for_id = task.id) as has_subagents
  from locked task
 where task.id = any(:task_ids::bigint[]);

-- name: intern_requirements(requirements)
-- The numbers of what tasks ask for; each part comes sorted, and none twice. The first look takes no lock; what is new is made
-- once, and is certain only when this is committed.
with asked as (
  select position,
         array(select jsonb_array_elements_text(requirement -> 'capabilities')) as capabilities,
         array(select jsonb_array_elements_text(requirement -> 'resources')::bigint) as resources
    from jsonb_array_elements(:requirements::jsonb) with ordinality as given (requirement, position)
), known as (
  select asked.position, requirement.id from asked join requirement using (capabilities, resources)
), made as (
  insert into requirement (capabilities, resources)
  select capabilities, resources from asked where position not in (select position from known) order by capabilities, resources
  on conflict (capabilities, resources) do update set capabilities = excluded.capabilities
  returning id, capabilities, resources
)
select position, id, false as new from known
union all
select asked.position, made.id, true from made join asked using (capabilities, resources)
 order by position;

-- name: insert_tasks(room_id, tasks)
-- All in one statement, with their criteria and key results, in the order given: the clock runs on between them, so that the
-- order is also that of their age. The room is locked, so what holds them back is known; but for the tracks, which are
-- settled when all are there.
with given as (
  select *
    from rows from (jsonb_to_recordset(:tasks::jsonb) as (
         creator_id bigint, objective_id bigint, parent_id bigint, title text, description text, priority smallint, labels text[],
         requirement_id bigint, track text, track_order integer, assignee_id bigint, reviewer_id bigint,
         role text, instructions text, not_before timestamptz, due_at timestamptz, estimate_minutes integer,
         open_dependencies integer, waited_by integer, criteria text[], key_results bigint[])) with ordinality
), made as (
  insert into task (room_id, creator_id, objective_id, parent_id, title, description, priority, labels, requirement_id,
                    track, track_order, assignee_id, reviewer_id, role, instructions, not_before, due_at,
                    estimate_minutes, created_at, open_dependencies, waited_by, waits_for_criteria, waits_for_objective,
                    waits_for_schedule, ready_notice_due)
  select room.id, t.creator_id, t.objective_id, t.parent_id, t.title, t.description, t.priority, t.labels, t.requirement_id,
         t.track, t.track_order, t.assignee_id, t.reviewer_id, t.role, t.instructions, t.not_before, t.due_at,
         t.estimate_minutes, clock_timestamp(), t.open_dependencies, t.waited_by,
         room.require_done_criteria and cardinality(t.criteria) = 0, coalesce(objective.in_draft, false),
         coalesce(t.not_before > now(), false), room.paused and t.assignee_id is not null
    from given t
    join room on room.id = :room_id
    left join objective on objective.id = t.objective_id
   order by t.ordinality
  returning *
), numbered as (
  select made.id as task_id, given.criteria, given.key_results
    from (select id, row_number() over (order by id) as ordinality from made) made join given using (ordinality)
), described as (
  insert into criterion (task_id, position, text)
  select task_id, criterion.position, criterion.text
    from numbered cross join unnest(criteria) with ordinality as criterion (text, position)
   order by task_id, position
), linked as (
  insert into task_key_result (task_id, key_result_id) select task_id, unnest(key_results) from numbered
)
select * from made order by id;

-- name: tasks_by_keys(task_ids)
-- In the order asked for.
select task.*
  from unnest(:task_ids::bigint[]) with ordinality as asked (id, position) join task on task.id = asked.id
 order by asked.position;

-- name: update_task(task_id, title, description, priority, labels, requirement_id, objective_id, parent_id, track, track_order, instructions, not_before, due_at, estimate_minutes)^
-- Everything that updateTask can change; the act hands in the old value of what stays.
update task
   set title = :title, description = :description, priority = :priority, labels = :labels,
       requirement_id = :requirement_id, objective_id = :objective_id, parent_id = :parent_id, track = :track,
       track_order = :track_order, instructions = :instructions, not_before = :not_before, due_at = :due_at,
       estimate_minutes = :estimate_minutes, updated_at = now()
 where id = :task_id
returning *;

-- name: criteria_of(task_id)
select id, task_id, text, met, evidence, accepted, verdict_note from criterion where task_id = :task_id order by position;

-- name: delete_criteria(task_id)!
delete from criterion where task_id = :task_id;

-- name: insert_criteria(task_id, texts)!
insert into criterion (task_id, position, text)
select :task_id, c.position, c.text from unnest(:texts::text[]) with ordinality as c (text, position);

-- name: touch_task(task_id)!
update task set updated_at = now() where id = :task_id;

-- name: key_results_of_room(room_id, key_result_ids)
-- Those of these key results that are in the room.
select k.id
  from key_result k join objective o on o.id = k.objective_id
 where k.id = any(:key_result_ids::bigint[]) and o.room_id = :room_id;

-- name: delete_key_result_links(task_id)!
delete from task_key_result where task_id = :task_id;

-- name: insert_key_result_links(task_id, key_result_ids)!
insert into task_key_result (task_id, key_result_id) select :task_id, unnest(:key_result_ids::bigint[]);

-- name: assign_task(task_id, assignee_id, reviewer_id, role, instructions, names_reviewer, moves)^
-- Work that changes hands is nobody's claim any more.
update task
   set assignee_id = :assignee_id, reviewer_id = :reviewer_id, role = :role, instructions = :instructions,
       updated_at = now(), reviewer_volunteered = reviewer_volunteered and not :names_reviewer,
       review_taken_at = case when :names_reviewer then null else review_taken_at end,
       status = case when status = 'DOING' and :moves then 'TODO' else status end,
       fence = fence + case when status = 'DOING' and :moves then 1 else 0 end,
       session_id = case when :moves then null else session_id end,
       claimed_at = case when :moves then null else claimed_at end,
       lease_seconds = case when :moves then null else lease_seconds end,
       lease_expires_at = case when :moves then null else lease_expires_at end,
       quiet_until = case when :moves then null else quiet_until end,
       stale_since = case when :moves then null else stale_since end
 where id = :task_id and status not in ('DONE', 'CANCELLED')
returning *;

-- name: cancel_task(task_id)^
update task
   set status = 'CANCELLED', finished_at = now(), updated_at = now(), session_id = null, claimed_at = null,
       lease_seconds = null, lease_expires_at = null, quiet_until = null, stale_since = null,
       blocked_reason = null, reason_ends = false, reason_stands = false, ready_notice_due = false
 where id = :task_id and status not in ('DONE', 'CANCELLED')
returning *;

-- name: reopen_task(task_id)^
update task
   set status = 'TODO', finished_at = null, updated_at = now(), assignee_id = null, attempts = 0,
       reviewer_id = case when reviewer_volunteered then null else reviewer_id end, reviewer_volunteered = false
 where id = :task_id and status in ('DONE', 'CANCELLED')
returning *;

-- name: reset_criteria(task_id)!
-- What was met once has to be shown again.
update criterion set met = false, evidence = '', accepted = null, verdict_note = '' where task_id = :task_id;

-- name: open_tasks_of(objective_ids)
-- In the order of their ids, which is the order in which acts lock tasks.
select * from task
 where objective_id = any(:objective_ids::bigint[]) and status not in ('DONE', 'CANCELLED')
 order by id
   for no key update;

-- name: started_dependents(task_id)
-- Work that builds on this task and has begun: its holders and submitters are told when the ground moves.
select distinct t.id, t.title, t.room_id, t.assignee_id
  from dependency d join task t on t.id = d.task_id
 where d.depends_on_id = :task_id and d.kind = 'BLOCKS'
   and t.status in ('DOING', 'BLOCKED', 'VALIDATING') and t.assignee_id is not null
 order by t.id;
