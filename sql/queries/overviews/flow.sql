-- name: flow_of_rooms(room_ids, points, steps)
-- Steps of so many seconds, on the clock's own marks, so that they stay where they are while time goes on. Tasks are read
-- once, and what moved in one step is added up to the next.
-- nullable: cycle_seconds
with asked as (
  select *, floor(extract(epoch from clock_timestamp()))::bigint / step - points + 1 as first
    from unnest(:room_ids::bigint[], :points::integer[], :steps::integer[])
         with ordinality as asked (room_id, points, step, position)
), task_moved as (
  select asked.*, t.created_at, t.started_at, t.finished_at, t.status
    from asked
    join task t on t.room_id = asked.room_id and (t.started_at is not null or t.finished_at is not null)
     and coalesce(t.finished_at, 'infinity'::timestamptz) >= to_timestamp(asked.first * asked.step)
), happened as (
  select position, greatest(floor(extract(epoch from started_at))::bigint / step - first, 0) as number,
         0 as created, 0 as done, 1 as begun, null::double precision as took
    from task_moved
   where started_at is not null
  union all
  select position, floor(extract(epoch from finished_at))::bigint / step - first,
         0, (status = 'DONE')::integer, case when started_at is null then 0 else -1 end,
         case status when 'DONE' then extract(epoch from finished_at - started_at)::double precision end
    from task_moved
   where finished_at is not null
  union all
  select asked.position, floor(extract(epoch from t.created_at))::bigint / step - first, 1, 0, 0, null
    from asked join task t on t.room_id = asked.room_id and t.created_at >= to_timestamp(asked.first * asked.step)
), summed as (
  select position, number, sum(created) as created, sum(done) as done, sum(begun) as begun,
         percentile_cont(0.5) within group (order by took) as took
    from happened
   group by position, number
)
select asked.position, to_timestamp((first + number) * step) as begins, to_timestamp((first + number + 1) * step) as ends,
       coalesce(created, 0)::integer as created, coalesce(done, 0)::integer as done,
       (sum(coalesce(begun, 0)) over (partition by asked.position order by number))::integer as in_progress,
       took as cycle_seconds
  from asked cross join generate_series(0, points - 1) as number left join summed using (position, number)
 order by asked.position, number;

-- name: burn_up_of_objectives(objective_ids, points)
-- From the making of the objective to its end, or to now: what belongs to its subtree today, and what of it was there, and
-- done, by then. What is given up belongs to it until then.
with recursive asked as (
  select objective_id, points, position from unnest(:objective_ids::bigint[], :points::integer[])
         with ordinality as asked (objective_id, points, position)
), below (position, id) as (
  select position, objective_id from asked
  union
  select below.position, o.id
    from below
   cross join lateral (select * from objective where objective.parent_id = below.id offset 0) o
), span as (
  select asked.position, points, o.created_at as begins,
         greatest(extract(epoch from coalesce(o.finished_at, clock_timestamp()) - o.created_at), 0.001)
         / greatest(points - 1, 1) as step
    from asked join objective o on o.id = asked.objective_id
), happened as (
  select span.position, ceil(extract(epoch from t.created_at - begins) / step) as number, 1 as tasks, 0 as done
    from span join below using (position) join task t on t.objective_id = below.id
  union all
  select span.position, ceil(extract(epoch from t.finished_at - begins) / step),
         case status when 'CANCELLED' then -1 else 0 end, (status = 'DONE')::integer
    from span join below using (position) join task t on t.objective_id = below.id
   where t.finished_at is not null
), summed as (
  select position, least(greatest(number, 0), points - 1)::integer as number, sum(tasks) as tasks, sum(done) as done
    from happened join span using (position)
   group by 1, 2
)
select position, begins + make_interval(secs => number * step::double precision) as at,
       (sum(coalesce(tasks, 0)) over steps)::integer as tasks, (sum(coalesce(done, 0)) over steps)::integer as done
  from span cross join generate_series(0, points - 1) as number left join summed using (position, number)
window steps as (partition by position order by number)
 order by position, number;
