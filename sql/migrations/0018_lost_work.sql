-- What a heartbeat answers as lost: taken back, given to another, cancelled, or left behind with a room.

drop index event_reclaimed;
create index event_lost on event (agent_id, at)
  where kind in ('TASK_RECLAIMED', 'TASK_ASSIGNED', 'TASK_CANCELLED', 'TASK_RELEASED') and agent_id is not null;
