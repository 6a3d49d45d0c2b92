-- How far back a room's log goes, and the epoch of all logs: a restore begins another.

alter table room add column keep_events_seconds integer;

-- The log begins behind this number. Events up to it that other statements read are still in their table.
alter table room_log add column oldest bigint not null default 0
  constraint a_log_begins_within_itself check (oldest between 0 and seq);

-- No row is the first epoch, 0.
create table log_epoch (
  only_one boolean primary key default true constraint log_epoch_is_one_row check (only_one),
  epoch integer not null constraint an_epoch_is_positive check (epoch > 0)
);
