-- name: insert_resource(room_id, name, capacity, failure_threshold, cooldown_seconds)^
-- Nothing comes back where the room has one of this name. Two at once wait for each other here.
insert into resource (room_id, name, capacity, failure_threshold, cooldown_seconds)
values (:room_id, :name, :capacity, :failure_threshold, :cooldown_seconds)
on conflict on constraint a_resource_name_is_unique_in_its_room do nothing
returning *;

-- name: find_resources(room_id, names, ids)
-- Those of these names, or ids, that are in the room.
select * from resource where room_id = :room_id and (name = any(:names::text[]) or id = any(:ids::bigint[]));

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

-- name: startable_with(resource_id, most)
-- What can start now that this one is available, in the order of claims: and whether its owner was told of that already.
select t.id, t.title, t.room_id, t.objective_id, t.assignee_id,
       exists (select from inbox_item i
                where i.agent_id = t.assignee_id and i.task_id = t.id and i.kind = 'UNBLOCKED' and i.acknowledged_at is null)
       as told
  from task t join available_requirement r on r.id = t.requirement_id
 where r.resources @> array[:resource_id::bigint] and t.ready
 order by t.priority, t.waited_by desc, t.created_at, t.id
 limit :most::integer;

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
