-- Who is told that a task is clear to go on, is told when it really is.

alter table task
  -- Nothing on its row keeps it from starting any more, but a resource or the room's pause did at that moment: its owner is
  -- told as soon as they don't.
  add column ready_notice_due boolean not null default false;

create index task_ready_notice on task (room_id, id) where ready_notice_due and ready;
