-- name: add_inbox_items(agent_ids, room_ids, kinds, summaries, sender_ids, task_ids, comment_ids, message_ids)!
-- In the order given: what an agent is told first comes first.
insert into inbox_item (agent_id, room_id, kind, summary, from_id, task_id, comment_id, message_id)
select e.agent_id, e.room_id, e.kind, e.summary, e.sender_id, e.task_id, e.comment_id, e.message_id
  from unnest(:agent_ids::bigint[], :room_ids::bigint[], :kinds::text[], :summaries::text[], :sender_ids::bigint[],
              :task_ids::bigint[], :comment_ids::bigint[], :message_ids::bigint[]) with ordinality
       as e (agent_id, room_id, kind, summary, sender_id, task_id, comment_id, message_id, position)
 order by e.position;

-- name: withdraw_items(message_id)!
-- In the order of their ids, as all who lock several of them.
with old as (
  select id from inbox_item where message_id = :message_id and acknowledged_at is null order by id for update
)
delete from inbox_item using old where inbox_item.id = old.id;
