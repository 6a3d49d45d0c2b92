-- Whether task m, or one comment on it, fits the search. Scalar subqueries, for Postgres might run what stands in `exists`
-- once for all tasks instead.
(select d.words @@ (select search_query(:search::text))
   from search_document d
  where d.letter = 'T' and d.id = m.id
  limit 1)
or (select true
      from comment c join search_document d on d.letter = 'C' and d.id = c.id
     where c.task_id = m.id and d.words @@ (select search_query(:search::text))
     limit 1)
