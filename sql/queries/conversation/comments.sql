-- name: insert_comment(room_id, task_id, objective_id, author_id, kind, body, done, pending, gotchas, mentions)^
-- nullable: done, pending, gotchas
insert into comment (room_id, task_id, objective_id, author_id, kind, body, handoff_done, handoff_pending, handoff_gotchas,
                     mentions, created_at)
values (:room_id, :task_id, :objective_id, :author_id, :kind, :body, :done, :pending, :gotchas, :mentions::bigint[],
        clock_timestamp())
returning *;

-- name: comment_by_id(comment_id)^
select * from comment where id = :comment_id;
