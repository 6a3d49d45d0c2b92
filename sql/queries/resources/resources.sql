-- name: insert_resource(room_id, name, capacity, failure_threshold, cooldown_seconds)^
-- Nothing comes back where the room has one of this name. Two at once wait for each other here.
insert into resource (room_id, name, capacity, failure_threshold, cooldown_seconds)
values (:room_id, :name, :capacity, :failure_threshold, :cooldown_seconds)
on conflict on constraint a_resource_name_is_unique_in_its_room do nothing
returning *;

-- name: find_resources(room_id, references, ids)
-- What each of these, a name or else an id, is in the room: a name may look like the id of another.
-- nullable: id
select asked.reference, coalesce(named.id, numbered.id) as id
  from unnest(:references::text[], :ids::bigint[]) as asked (reference, id)
  left join resource named on named.room_id = :room_id and named.name = asked.reference
  left join resource numbered on numbered.room_id = :room_id and numbered.id = asked.id;

-- name: lock_resources(resource_ids)
-- In the order of their ids, in which every act locks them: after tasks, before the log.
select *, clock_timestamp() as moment from resource where id = any(:resource_ids::bigint[]) order by id for no key update;

-- name: write_resource(resource_id, capacity, in_use, breaker, failures, failure_threshold, cooldown_seconds, opened_at, last_detail, probe_task_id)!
update resource
   set capacity = :capacity, in_use = :in_use, breaker = :breaker, failures = :failures,
       failure_threshold = :failure_threshold, cooldown_seconds = :cooldown_seconds, opened_at = :opened_at,
       last_detail = :last_detail, probe_task_id = :probe_task_id
 where id = :resource_id;

-- name: lock_cooled_resources(most)
-- Rows that an act is changing wait for the next round.
select *, clock_timestamp() as moment
  from resource
 where breaker = 'OPEN' and opened_at + make_interval(secs => cooldown_seconds) <= clock_timestamp()
 order by id
 limit :most::integer
   for no key update skip locked;

-- name: startable_with(room_id, resource_id, most)
-- What can start now that this one is available, in the order of claims: and whether its owner was told of that already.
-- While the room is paused, nothing: what has an owner is told of when it goes on. Tasks are not waited for, for they are
-- locked before resources: what is due and locked by others is told of by the sweeper.
-- What has no owner is read from the index ranges of the requirements, as by a claim; what has one, from those of the
-- room's members.
-- nullable: objective_id, assignee_id
with met as (
  select id
    from requirement
   where resources @> array[:resource_id::bigint] and resources <> '{}'
     and resources <@ array(select id from resource where room_id = :room_id and available)
), startable as (
  select free.*
    from met cross join lateral (
      select *
        from task
       where room_id = :room_id and requirement_id = met.id and ready and assignee_id is null
       order by
       -- include: claim_order
       limit :most::integer) free
  union all
  select owned.*
    from room_member m join task owned on owned.assignee_id = m.agent_id
   where m.room_id = :room_id and owned.room_id = :room_id and owned.ready and owned.requirement_id in (select id from met)
), first as (
  select t.id, t.title, t.room_id, t.objective_id, t.assignee_id, t.ready_notice_due, t.priority, t.waited_by, t.created_at,
         room.paused
    from startable t join room on room.id = t.room_id
   order by
   -- include: claim_order
   limit :most::integer
), marked as (
  select task.id, first.paused
    from first join task on task.id = first.id
   where task.ready and task.ready_notice_due <> first.paused and (not first.paused or task.assignee_id is not null)
     for no key update of task skip locked
), settled as (
  update task set ready_notice_due = marked.paused from marked where task.id = marked.id returning task.id
)
select t.id, t.title, t.room_id, t.objective_id, t.assignee_id,
       not t.ready_notice_due and exists (select from inbox_item i
                where i.agent_id = t.assignee_id and i.task_id = t.id and i.kind = 'UNBLOCKED' and i.acknowledged_at is null)
       as told
  from first t
 where not t.paused and (not t.ready_notice_due or t.id in (select id from settled))
 order by
 -- include: claim_order
 ;

-- name: resources_of_rooms(room_ids)
select * from resource where room_id = any(:room_ids::bigint[]) order by room_id, name;

-- name: resources_by_ids(resource_ids)
select * from resource where id = any(:resource_ids::bigint[]);

-- name: resources_of_requirements(requirement_ids)
select r.id as requirement_id, resource.*
  from requirement r join resource on resource.id = any(r.resources)
 where r.id = any(:requirement_ids::bigint[]) and r.resources <> '{}'
 order by r.id, resource.name;

-- name: requirement_by_id(requirement_id)^
select * from requirement where id = :requirement_id;

-- name: requirements_by_ids(requirement_ids)
select id, resources from requirement where id = any(:requirement_ids::bigint[]);

-- name: lock_resources_of_room(room_id)!
-- Whoever takes places in several statements must not wait for one resource while it holds another.
select 1 from resource where room_id = :room_id order by id for no key update;
