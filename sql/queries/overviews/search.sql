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

-- name: search_room(room_id, agent_id, search, letters, bits, blocks, candidates)
-- Of each noun the newest that fit, with their ranks. An index of words has no order: where the newest blocks alone are
-- looked at, a word that is everywhere costs no more than a rare one. Null looks at all that was written.
-- nullable: bits
with wanted as materialized (
  select search_query(:search::text) as query,
         (select last_value >> coalesce(:bits::integer, 0) from search_position) as block
)
select document.letter, document.id, document.position, ts_rank(document.words, wanted.query, 1) as rank
  from wanted
 cross join unnest(:letters::text[]) as noun (letter)
 cross join lateral (
   select string_agg(format('%L', search_scope(noun.letter, :room_id::bigint, :bits::integer, near.block)), ' | ')::tsquery
            as query
     from generate_series(wanted.block - case when :bits::integer is null then 0 else :blocks::integer - 1 end, wanted.block)
          as near (block)
 ) as scope
 cross join lateral (
   select fitting.id
     from search_document fitting
    where fitting.words @@ (scope.query && wanted.query)
      and (noun.letter <> 'M' or exists (
            select from message
             where message.id = fitting.id
               and
               -- include: visible_message
          ))
    order by fitting.position desc
    limit :candidates::integer
 ) as found
 cross join lateral (
   select * from search_document where letter = noun.letter and id = found.id limit 1
 ) as document
 where wanted.query is not null;
