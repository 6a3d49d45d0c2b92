-- The columns of TaskCounts, over task t and its room r.
count(*) as total,
count(*) filter (where t.status = 'TODO') as todo,
count(*) filter (where t.ready and not r.paused and t.requirement_id in (select id from available_requirement))
  as ready,
count(*) filter (where t.status = 'DOING') as doing,
count(*) filter (where t.status = 'BLOCKED') as blocked,
count(*) filter (where t.status = 'VALIDATING') as validating,
count(*) filter (where t.status = 'DONE') as done,
count(*) filter (where t.status = 'CANCELLED') as cancelled,
count(*) filter (where t.stale_since is not null) as stale
