-- What claim_next would take, best first, as the CTE `offered`: the agent's own in their turns, and then what is free.
covered as (
  select id
    from requirement
   where capabilities <@ (select capabilities from agent where id = (select :agent_id::bigint))
     and resources <@ array(select id from resource where room_id = (select :room_id::bigint) and available)
), own as (
  select t.*, (t.started_at is null)::integer as turn
    from task t
   where t.assignee_id = (select :agent_id::bigint) and t.room_id = (select :room_id::bigint) and t.ready
     and t.requirement_id in (select id from covered)
   order by t.started_at is null,
   -- include: claim_order
   limit (select :most::integer)
), free as (
  select best.*, 2 as turn
    from covered cross join lateral (
      select t.*
        from task t
       where t.room_id = (select :room_id::bigint) and t.requirement_id = covered.id and t.ready and t.assignee_id is null
       order by
       -- include: claim_order
       limit (select :most::integer)) best
), offered as (
  select either.*
    from (select * from own union all select * from free) either
   where not (select paused from room where id = (select :room_id::bigint))
   order by either.turn,
   -- include: claim_order
   limit (select :most::integer)
)
