-- name: add_inbox_items(agent_ids, room_ids, kinds, summaries, task_ids, comment_ids)!
-- In the order given: what an agent is told first comes first.
insert into inbox_item (agent_id, room_id, kind, summary, task_id, comment_id)
select e.agent_id, e.room_id, e.kind, e.summary, e.task_id, e.comment_id
  from unnest(:agent_ids::bigint[], :room_ids::bigint[], :kinds::text[], :summaries::text[], :task_ids::bigint[],
              :comment_ids::bigint[]) with ordinality
       as e (agent_id, room_id, kind, summary, task_id, comment_id, position)
 order by e.position;
