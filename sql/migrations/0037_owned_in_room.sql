-- What an agent owns in one room is found by both: beside a room of a million finished tasks, the planner put the index of
-- the owner and that of the room together, and read all of the latter.
drop index task_owned;
create index task_owned on task (assignee_id, room_id) where assignee_id is not null and status not in ('DONE', 'CANCELLED');
