-- name: comments_forward(task_ids, objective_ids, kinds, after_times, after_ids, most)
-- A page of comments, oldest first, for each task or objective asked for.
select asked.position, c.*
  from unnest(:task_ids::bigint[], :objective_ids::bigint[], :after_times::timestamptz[], :after_ids::bigint[])
       with ordinality as asked (task_id, objective_id, after_time, after_id, position)
 cross join lateral (
   select * from comment c
    where (c.task_id = asked.task_id or c.objective_id = asked.objective_id)
      and c.kind = any(:kinds::text[]) -- given: kinds
      and (asked.after_id is null or (c.created_at, c.id) > (asked.after_time, asked.after_id))
    order by c.created_at, c.id
    limit :most::integer) c
 order by asked.position, c.created_at, c.id;

-- name: comments_backward(task_ids, objective_ids, kinds, before_times, before_ids, most)
-- The newest of each, newest first.
select asked.position, c.*
  from unnest(:task_ids::bigint[], :objective_ids::bigint[], :before_times::timestamptz[], :before_ids::bigint[])
       with ordinality as asked (task_id, objective_id, before_time, before_id, position)
 cross join lateral (
   select * from comment c
    where (c.task_id = asked.task_id or c.objective_id = asked.objective_id)
      and c.kind = any(:kinds::text[]) -- given: kinds
      and (asked.before_id is null or (c.created_at, c.id) < (asked.before_time, asked.before_id))
    order by c.created_at desc, c.id desc
    limit :most::integer) c
 order by asked.position, c.created_at desc, c.id desc;

-- name: count_comments(task_ids, objective_ids, kinds)
select asked.position,
       (select count(*) from comment c
         where (c.task_id = asked.task_id or c.objective_id = asked.objective_id)
           and c.kind = any(:kinds::text[]) -- given: kinds
       ) as comments
  from unnest(:task_ids::bigint[], :objective_ids::bigint[]) with ordinality as asked (task_id, objective_id, position);

-- name: comments_by_ids(comment_ids)
select * from comment where id = any(:comment_ids::bigint[]);
