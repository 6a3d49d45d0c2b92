-- A page of what `matching` has behind the cursor, in the order of claims: what the caller is to do comes first, from a
-- branch of its own, and of that what it is to go on with. Where words are searched for, the nearest so many are tested for
-- them, and all of the caller's own. No page has more than 201, and the planner is to know it.
(select m.*
   from matching m
  where m.assignee_id = (select :agent_id::bigint) and m.status not in ('DONE', 'CANCELLED')
    and (asked.after_turn is null
         or ((m.status <> 'TODO' or m.started_at is null)::integer, m.priority, -m.waited_by, m.created_at, m.id)
            > (asked.after_turn, asked.after_priority, -asked.after_waited_by, asked.after_time, asked.after_id))
    and ( -- given: search
      -- include: task_has_words -- given: search
    ) -- given: search
  order by m.status <> 'TODO' or m.started_at is null,
  -- include: claim_order
  limit :most::integer)
union all
(select m.*
   from (
     select *
       from matching m
      where (m.assignee_id is distinct from (select :agent_id::bigint) or m.status in ('DONE', 'CANCELLED'))
        and (asked.after_turn is distinct from 2
             or (m.priority, -m.waited_by, m.created_at, m.id)
                > (asked.after_priority, -asked.after_waited_by, asked.after_time, asked.after_id))
      order by
      -- include: claim_order
      limit :reach::integer -- given: search
      limit 201 -- without: search
   ) m
  where -- given: search
  -- include: task_has_words -- given: search
  limit :most::integer)
