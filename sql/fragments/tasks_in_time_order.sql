-- A page of what `matching` has behind the cursor, the oldest first, or the latest changed. Where words are searched for, the
-- nearest so many are tested for them. No page has more than 201, and the planner is to know it.
select m.*
  from (
    select *
      from matching m
     where (m.created_at, m.id) > (coalesce(asked.after_time, '-infinity'), coalesce(asked.after_id, 0)) -- without: by_update
     order by m.created_at, m.id -- without: by_update
     where (m.updated_at, m.id) < (coalesce(asked.after_time, 'infinity'), coalesce(asked.after_id, 0)) -- given: by_update
     order by m.updated_at desc, m.id desc -- given: by_update
     limit :reach::integer -- given: search
     limit 201 -- without: search
  ) m
 where -- given: search
 -- include: task_has_words -- given: search
 limit :most::integer
