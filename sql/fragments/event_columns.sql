room_id, seq, id, kind, actor_id, task_id, objective_id, agent_id, message_id, proposal_id, data, at,
-- include: log_epoch
