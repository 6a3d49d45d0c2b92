-- What was found by its words, or, with null, is looked up: once, whatever branches read it.
select coalesce(asked.found::bigint[], (
         select looked_up.task_ids
           from (
             -- include: tasks_with_words
           ) looked_up)) as ids
offset 0
