-- name: add_inbox_item(agent_id, room_id, kind, summary, task_id, comment_id)!
insert into inbox_item (agent_id, room_id, kind, summary, task_id, comment_id)
values (:agent_id, :room_id, :kind, :summary, :task_id, :comment_id);
