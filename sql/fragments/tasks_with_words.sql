-- The tasks in asked.room_id whose texts or comments fit the search, from so many documents at most; null is all. They are
-- looked up block by block: an index of words answers a whole scan at once, so a limit can end the work between scans alone.
select count(*) as documents,
       array_agg(distinct case document.letter when 'T' then document.id
                          else (select comment.task_id from comment where comment.id = document.id) end) as task_ids
  from (
    select fitting.letter, fitting.id
      from generate_series(0, (select last_value >> 16 from search_position)) as block
     cross join lateral (
       select d.letter, d.id
         from search_document d
        where d.words @@ (
                format('%L | %L', search_scope('T', asked.room_id, 16, block),
                       search_scope('C', asked.room_id, 16, block))::tsquery
                && (select search_query(:words::text)))
     ) as fitting
     limit :documents::integer
  ) as document
