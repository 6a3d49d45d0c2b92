-- name: things_by_ids(room_id, agent_id, task_ids, objective_ids, comment_ids, message_ids)
-- Those of these that are in the room, and that the agent may see.
select 'T' as letter, id from task where id = any(:task_ids::bigint[]) and room_id = :room_id
union all
select 'O', id from objective where id = any(:objective_ids::bigint[]) and room_id = :room_id
union all
select 'C', id from comment where id = any(:comment_ids::bigint[]) and room_id = :room_id
union all
select 'M', id
  from message
 where id = any(:message_ids::bigint[]) and room_id = :room_id
   and
   -- include: visible_message
   ;

-- name: search_room(room_id, agent_id, search, candidates, ranked_characters, most)
-- Of each noun all that fit are found by its index, the newest are looked at, and what they begin with is ranked, titles
-- first. Without the fences the planner may walk a noun from its end and read every text on the way. What only says
-- which words must not be there is in no index, and finds nothing.
with tasks as materialized (
  select id from task
   where room_id = :room_id
     and to_tsvector('english', title || ' ' || description || ' ' || notes)
         @@ websearch_to_tsquery('english', :search::text)
     and querytree(websearch_to_tsquery('english', :search::text)) not in ('', 'T')
), objectives as materialized (
  select id from objective
   where room_id = :room_id
     and to_tsvector('english', title || ' ' || description) @@ websearch_to_tsquery('english', :search::text)
     and querytree(websearch_to_tsquery('english', :search::text)) not in ('', 'T')
), comments as materialized (
  select id from comment
   where room_id = :room_id
     and to_tsvector('english', body) @@ websearch_to_tsquery('english', :search::text)
     and querytree(websearch_to_tsquery('english', :search::text)) not in ('', 'T')
), messages as materialized (
  select id from message
   where room_id = :room_id
     and
     -- include: visible_message
     and to_tsvector('english', body) @@ websearch_to_tsquery('english', :search::text)
     and querytree(websearch_to_tsquery('english', :search::text)) not in ('', 'T')
), candidate as (
  (select 'T' as letter, id, created_at, title, description || ' ' || notes as body
     from task where id in (select id from tasks order by id desc limit :candidates::integer))
  union all
  (select 'O', id, created_at, title, description
     from objective where id in (select id from objectives order by id desc limit :candidates::integer))
  union all
  (select 'C', id, created_at, '', body
     from comment where id in (select id from comments order by id desc limit :candidates::integer))
  union all
  (select 'M', id, created_at, '', body
     from message where id in (select id from messages order by id desc limit :candidates::integer))
)
select letter, id
  from candidate
 order by ts_rank(
            setweight(to_tsvector('english', title), 'A') || to_tsvector('english', left(body, :ranked_characters::integer)),
            websearch_to_tsquery('english', :search::text),
            1) desc,
          created_at desc, letter, id desc
 limit :most::integer;
