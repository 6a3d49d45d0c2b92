-- name: append_events(room_id, kinds, actors, tasks, objectives, agents, datas)$
-- The room's next numbers are taken and used in one statement: the row of room_log is held until the commit, so that
-- numbers become visible in their order and without a gap.
with numbered as (
  update room_log
     set seq = seq + cardinality(:kinds::text[])
   where room_id = :room_id
  returning seq
)
insert into event (room_id, seq, kind, actor_id, task_id, objective_id, agent_id, data)
select :room_id, numbered.seq - cardinality(:kinds::text[]) + e.position, e.kind, e.actor, e.task, e.objective, e.agent, e.data
  from numbered,
       unnest(:kinds::text[], :actors::bigint[], :tasks::bigint[], :objectives::bigint[], :agents::bigint[], :datas::jsonb[])
       with ordinality as e (kind, actor, task, objective, agent, data, position)
 order by e.position
returning (select seq from numbered);

-- name: open_log(room_id)!
insert into room_log (room_id) values (:room_id);

-- name: log_ends(room_ids)
-- Where each of these logs stands: what a follower polls in case a nudge was lost.
select room_id, seq from room_log where room_id = any(:room_ids::bigint[]);

-- name: events_after(room_id, seq, most)
-- What followers read: a contiguous stretch of the log.
select room_id, seq, id, kind, actor_id, task_id, objective_id, agent_id, data, at
  from event
 where room_id = :room_id and seq > :seq
 order by seq
 limit :most;
