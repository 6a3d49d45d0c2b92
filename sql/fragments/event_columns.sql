room_id, seq, id, kind, actor_id, task_id, objective_id, agent_id, message_id, proposal_id, data, at,
-- include: log_epoch
# coalesce(
    (select log_branch.epoch
       from log_branch
      where log_branch.room_id = event.room_id and log_branch.seq >= event.seq
      order by log_branch.seq
      limit 1),
    (select room_log.epoch from room_log where room_log.room_id = event.room_id)) as epoch
