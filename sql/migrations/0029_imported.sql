-- What came from a file of another tool: its id there, what it became here, and what was last placed of it.

create table imported (
  room_id bigint not null references room deferrable,
  source text not null,
  ref text not null,
  task_id bigint references task deferrable,
  objective_id bigint references objective deferrable,
  placed jsonb not null default '{}',
  primary key (room_id, source, ref),
  constraint an_issue_became_one_thing check ((task_id is null) <> (objective_id is null))
);
create index imported_task on imported (task_id) where task_id is not null;
create index imported_objective on imported (objective_id) where objective_id is not null;
