-- How many tasks of a room are done, and how many were cancelled: they are kept for ever, and counting them took the longer the
-- more there were. Kept beside the end of the log, whose row every act that ends or reopens a task updates anyway.

alter table room_log
  add column done bigint not null default 0 constraint done_tasks_are_counted check (done >= 0),
  add column cancelled bigint not null default 0 constraint cancelled_tasks_are_counted check (cancelled >= 0);

create view rightful_finished as
select room_log.room_id as id,
       (select count(*) from task t where t.room_id = room_log.room_id and t.status = 'DONE') as done,
       (select count(*) from task t where t.room_id = room_log.room_id and t.status = 'CANCELLED') as cancelled
  from room_log;

update room_log
   set done = rightful.done, cancelled = rightful.cancelled
  from rightful_finished rightful
 where rightful.id = room_log.room_id and rightful.done + rightful.cancelled > 0;
