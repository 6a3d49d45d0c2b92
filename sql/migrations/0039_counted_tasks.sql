-- How many tasks a room has is counted as they are made, beside how many are done and cancelled: what is left of all and is
-- in no other state is TODO, and need not be counted where thousands wait.

alter table room_log add column tasks bigint not null default 0 constraint tasks_are_counted check (tasks >= 0);

drop view rightful_finished;
create view rightful_counts as
select room_log.room_id as id,
       (select count(*) from task t where t.room_id = room_log.room_id) as tasks,
       (select count(*) from task t where t.room_id = room_log.room_id and t.status = 'DONE') as done,
       (select count(*) from task t where t.room_id = room_log.room_id and t.status = 'CANCELLED') as cancelled
  from room_log;

update room_log
   set tasks = rightful.tasks
  from rightful_counts rightful
 where rightful.id = room_log.room_id and rightful.tasks > 0;
