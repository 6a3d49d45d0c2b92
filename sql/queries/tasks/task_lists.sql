-- name: list_tasks_of_rooms(room_ids, after_turns, after_priorities, after_waited_bys, after_times, after_ids, agent_id, filtered, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, search, by_claims, by_update, reach, most)
-- A page for each room, in an order that an index holds. A search tests the nearest so many for its words.
-- nullable: reach
select asked.position, page.*
  from unnest(:room_ids::bigint[], :after_turns::bigint[], :after_priorities::bigint[],
              :after_waited_bys::bigint[], :after_times::timestamptz[], :after_ids::bigint[])
       with ordinality as asked (room_id, after_turn, after_priority, after_waited_by, after_time, after_id, position)
  join room on room.id = asked.room_id
 cross join lateral (
   with matching as not materialized (
     select t.*
       from task t
      where t.room_id = asked.room_id
        and
        -- include: listed_task
   )
   -- include: tasks_in_claim_order -- given: by_claims
   -- include: tasks_in_time_order -- without: by_claims
 ) page;

-- name: list_tasks_of_objectives(room_ids, withins, after_turns, after_priorities, after_waited_bys, after_times, after_ids, agent_id, filtered, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, search, by_claims, by_update, reach, most)
-- As list_tasks_of_rooms, of some objectives each, found by their index.
-- nullable: reach
select asked.position, page.*
  from unnest(:room_ids::bigint[], :withins::text[], :after_turns::bigint[], :after_priorities::bigint[],
              :after_waited_bys::bigint[], :after_times::timestamptz[], :after_ids::bigint[])
       with ordinality as asked (
         room_id, within, after_turn, after_priority, after_waited_by, after_time, after_id, position)
  join room on room.id = asked.room_id
 cross join lateral (
   with matching as not materialized (
     select t.*
       from task t
      where t.objective_id = any(asked.within::bigint[])
        and
        -- include: listed_task
   )
   -- include: tasks_in_claim_order -- given: by_claims
   -- include: tasks_in_time_order -- without: by_claims
 ) page;

-- name: list_tasks_with_words(room_ids, withins, founds, after_turns, after_priorities, after_waited_bys, after_times, after_ids, agent_id, filtered, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, words, documents, search, by_claims, by_update, reach, most)
-- As list_tasks_of_rooms, of tasks that have been looked up already or, where `founds` has null, are now. Where `withins`
-- has null, of whatever objective. Each is read by its key: the planner could take an index in the order of the list, and read
-- all of it.
-- nullable: documents, reach
select asked.position, page.*
  from unnest(:room_ids::bigint[], :withins::text[],
              :founds::text[], :after_turns::bigint[], :after_priorities::bigint[], :after_waited_bys::bigint[], :after_times::timestamptz[], :after_ids::bigint[])
       with ordinality as asked (
         room_id, within, found, after_turn, after_priority, after_waited_by, after_time, after_id, position)
  join room on room.id = asked.room_id
 cross join lateral (
   -- include: found_tasks
 ) found
 cross join lateral (
   with matching as not materialized (
     select t.*
       from unnest(found.ids) as one (id)
      cross join lateral (
        select * from task where task.id = one.id offset 0
      ) t
      where t.room_id = asked.room_id
        and (asked.within is null or t.objective_id = any(asked.within::bigint[]))
        and
        -- include: listed_task
   )
   -- include: tasks_in_claim_order -- given: by_claims
   -- include: tasks_in_time_order -- without: by_claims
 ) page;

-- name: count_tasks_of_rooms(room_ids, filtered, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, most)
-- The filter of list_tasks_of_rooms, counted, up to so many.
-- nullable: most
select asked.position, counted.tasks
  from unnest(:room_ids::bigint[]) with ordinality as asked (room_id, position)
  join room on room.id = asked.room_id
 cross join lateral (
   select count(*) as tasks
     from (
       select
         from task t
        where t.room_id = asked.room_id
          and
          -- include: listed_task
        limit :most::integer
     ) t
 ) counted;

-- name: count_tasks_of_objectives(room_ids, withins, filtered, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id)
-- The filter of list_tasks_of_objectives, counted.
select asked.position, counted.tasks
  from unnest(:room_ids::bigint[], :withins::text[]) with ordinality as asked (room_id, within, position)
  join room on room.id = asked.room_id
 cross join lateral (
   select count(*) as tasks
     from task t
    where t.objective_id = any(asked.within::bigint[])
      and
      -- include: listed_task
 ) counted;

-- name: count_tasks_with_words(room_ids, withins, founds, filtered, statuses, ready, stale, assignee_id, reviewer_id, labels, priorities, waiting_for_id, awaited_by_id, words, documents)
-- The filter of list_tasks_with_words, counted.
-- nullable: documents
select asked.position, counted.tasks
  from unnest(:room_ids::bigint[], :withins::text[], :founds::text[])
       with ordinality as asked (room_id, within, found, position)
  join room on room.id = asked.room_id
 cross join lateral (
   -- include: found_tasks
 ) found
 cross join lateral (
   select count(*) as tasks
     from unnest(found.ids) as one (id)
    cross join lateral (
      select * from task where task.id = one.id offset 0
    ) t
    where t.room_id = asked.room_id
      and (asked.within is null or t.objective_id = any(asked.within::bigint[]))
      and
      -- include: listed_task
 ) counted;

-- name: look_up_tasks_with_words(room_ids, words, documents)
-- nullable: task_ids
select asked.position, looked_up.documents, looked_up.task_ids
  from unnest(:room_ids::bigint[]) with ordinality as asked (room_id, position)
 cross join lateral (
   -- include: tasks_with_words
 ) looked_up;

-- name: offered_tasks(room_id, agent_id, most)
-- What claim_next would take, best first, without taking it.
with
-- include: offered
select * from offered
 order by turn,
 -- include: claim_order
 ;

-- name: unfinished_tasks(room_id, within)
select id
  from task
 where room_id = :room_id and status not in ('DONE', 'CANCELLED')
   and (:within::bigint[] is null or objective_id = any(:within::bigint[]))
 order by id;

-- name: finished_among(task_ids)
select id from task where id = any(:task_ids::bigint[]) and status in ('DONE', 'CANCELLED');
